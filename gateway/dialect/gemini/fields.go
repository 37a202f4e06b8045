package gemini

import (
	"slices"

	"github.com/geminid/geminid/gateway/dialect"
)

// fieldTables are the fields of each operation, and what becomes of them.
var fieldTables = []dialect.FieldTable{
	{Title: "models/MODEL:generateContent and :streamGenerateContent", Fields: generateFields},
	{Title: "models/MODEL:countTokens", Fields: countFields},
	{Title: "models/MODEL:predict", Fields: predictFields},
	{Title: "models/MODEL:editImage", Fields: editFields},
}

// The reasons why fields have no effect.
const (
	noKnob    = "the web session has no such setting"
	noLogs    = "the upstream tells no probabilities"
	noStore   = "nothing is kept"
	noSpeech  = "no speech is made"
	uncounted = "is not counted"
	ownTool   = "Gemini uses it whenever it wants to"
	inThought = "earlier thoughts are not sent again"
	asItComes = "the picture comes as Gemini makes it"
	inModel   = "the path names the model"
)

// quotedNumber is a number that may be in a string.
var quotedNumber, quotedCount = dialect.MayBeQuoted(dialect.IsNumber), dialect.MayBeQuoted(dialect.IsCount)

var generateFields = dialect.Fields{
	dialect.Honor("contents", "the conversation", contentFields...),
	dialect.Honor("systemInstruction", "a text, or parts", systemFields...),
	dialect.Honor("generationConfig", "", configFields...),
	dialect.Honor("toolConfig", "",
		dialect.Honor("functionCallingConfig", "",
			dialect.Honor("mode", "`AUTO`, `ANY`, `NONE` or `VALIDATED`"),
			dialect.Honor("allowedFunctionNames", ""),
			dialect.Ignore("streamFunctionCallArguments", "a call comes whole", nil)),
		dialect.Ignore("includeServerSideToolInvocations", noKnob, nil),
		dialect.Ignore("retrievalConfig", noKnob, nil)),
	dialect.Honor("tools", "", toolFields...),
	dialect.Ignore("safetySettings", noKnob, dialect.ListOf(dialect.IsObject)),
	dialect.Ignore("labels", noStore, nil),
	dialect.Ignore("store", noStore, nil),
	dialect.Ignore("serviceTier", noKnob, nil),
	dialect.Ignore("model", inModel, nil),
	dialect.Ignore("modelArmorConfig", noKnob, nil),
	dialect.Ignore("requestMetadata", noStore, nil),
	dialect.Ignore("automaticContinuation", noKnob, nil),
	dialect.Ignore("generationOutputConfig", asItComes, nil),
	dialect.Refuse("continuationToken", "is not offered, since nothing is kept; send the whole conversation"),
	dialect.Refuse("cachedContent", "is not offered, since nothing is cached; send the whole conversation"),
}

// toolFields are the kinds of tools. Those of Google's own that the web app has it
// uses by itself.
var toolFields = dialect.Fields{
	dialect.Honor("functionDeclarations", "can be called",
		dialect.Honor("name", ""),
		dialect.Honor("description", ""),
		dialect.Honor("parameters", "a schema of this API"),
		dialect.Honor("parametersJsonSchema", "a JSON Schema"),
		dialect.Ignore("response", "results are taken as they are", nil),
		dialect.Ignore("responseJsonSchema", "results are taken as they are", nil),
		dialect.Ignore("behavior", "a call is waited for", nil)),
	dialect.Honor("googleSearch", ownTool,
		dialect.Ignore("excludeDomains", noKnob, nil),
		dialect.Ignore("timeRangeFilter", noKnob, nil),
		dialect.Ignore("searchTypes", noKnob, nil),
		dialect.Ignore("blockingConfidence", noKnob, nil)),
	dialect.Honor("googleSearchRetrieval", ownTool,
		dialect.Ignore("dynamicRetrievalConfig", noKnob, nil)),
	dialect.Honor("urlContext", ownTool),
	dialect.Honor("codeExecution", ownTool+"; with this field code that it ran comes in parts of its own, else in the text"),
}

var contentFields = []dialect.Field{
	dialect.Honor("role", ""),
	dialect.Honor("parts", "", partFields...),
}

var systemFields = []dialect.Field{
	dialect.Ignore("role", "it is the system's", nil, "system", "user"),
	dialect.Honor("parts", "", partFields...),
}

var partFields = slices.Concat(dialect.Fields{
	dialect.Honor("text", ""),
	dialect.Honor("thought", "text that is a thought has no effect: "+inThought),
	dialect.Honor("functionCall", "an earlier call",
		dialect.Honor("id", ""),
		dialect.Honor("name", ""),
		dialect.Honor("args", ""),
		dialect.Ignore("partialArgs", "a call is sent whole", nil),
		dialect.Ignore("willContinue", "a call is sent whole", nil)),
	dialect.Honor("functionResponse", "the result of a call, its files as files",
		dialect.Honor("id", "joins the result to its call"),
		dialect.Honor("name", ""),
		dialect.Honor("response", ""),
		dialect.Honor("parts", "files, and texts"),
		dialect.Ignore("willContinue", "a result comes whole", nil),
		dialect.Ignore("scheduling", "a result comes whole", nil)),
	dialect.Honor("executableCode", "as text"),
	dialect.Honor("codeExecutionResult", "as text"),
	dialect.Honor("toolCall", "as text"),
	dialect.Honor("toolResponse", "as text"),
	dialect.Honor("audioTranscription", "as text"),
	dialect.Honor("thoughtSignature", "opaque"),
	dialect.Ignore("partMetadata", noStore, nil),
	dialect.Ignore("mediaProcessing", noKnob, nil),
	dialect.Ignore("speechMetadata", noSpeech, nil),
	dialect.Ignore("videoMetadata", "a film goes up whole", nil),
	dialect.Ignore("mediaResolution", "pictures go up as they are", nil),
}, dialect.FileFields(dialect.CamelNames))

var configFields = dialect.Fields{
	dialect.Honor("candidateCount", "must be 1"),
	dialect.Honor("stopSequences", "the answer ends in front of one"),
	dialect.Honor("responseMimeType", "`text/plain`, `application/json` or `text/x.enum`"),
	dialect.Honor("responseSchema", "a schema of this API; the answer is valid under it, or an error"),
	dialect.Honor("responseJsonSchema", "a JSON Schema; likewise"),
	dialect.Honor("ResponseJsonSchema", "likewise"), // _responseJsonSchema
	dialect.Honor("imageConfig", "", imageConfigFields...),
	dialect.Honor("responseFormat", "",
		dialect.Honor("image", "",
			dialect.Honor("aspectRatio", "is said in the prompt"),
			dialect.Honor("imageSize", "is said in the prompt"),
			dialect.Ignore("mimeType", asItComes, nil),
			dialect.Ignore("delivery", asItComes, nil)),
		dialect.Honor("text", "",
			dialect.Honor("mimeType", "like responseMimeType"),
			dialect.Honor("schema", "like responseJsonSchema")),
		dialect.Refuse("audio", "is not offered; no speech is made"),
		dialect.Refuse("video", "is not offered; ask for a film in the prompt")),
	dialect.Honor("thinkingConfig", "",
		dialect.Honor("includeThoughts", ""),
		dialect.Honor("thinkingBudget", "standard or extended thinking"),
		dialect.Honor("thinkingLevel", "standard or extended thinking")),
	dialect.Ignore("temperature", noKnob, quotedNumber),
	dialect.Ignore("topP", noKnob, quotedNumber),
	dialect.Ignore("topK", noKnob, quotedNumber),
	dialect.Ignore("presencePenalty", noKnob, quotedNumber),
	dialect.Ignore("frequencyPenalty", noKnob, quotedNumber),
	dialect.Ignore("seed", noKnob, quotedNumber),
	dialect.Ignore("maxOutputTokens", noKnob, quotedCount),
	dialect.Ignore("responseModalities", "the model decides whether it makes a picture", dialect.ListOf(dialect.IsText)),
	dialect.Ignore("responseLogprobs", noLogs, nil),
	dialect.Ignore("logprobs", noLogs, nil),
	dialect.Ignore("speechConfig", noSpeech, nil),
	dialect.Ignore("audioTimestamp", noKnob, nil),
	dialect.Ignore("audioTranscriptionConfig", noKnob, nil),
	dialect.Ignore("translationConfig", noKnob, nil),
	dialect.Ignore("mediaResolution", "pictures go up as they are", nil),
	dialect.Ignore("enableEnhancedCivicAnswers", noKnob, nil),
	dialect.Ignore("enableAffectiveDialog", noKnob, nil),
	dialect.Ignore("modelSelectionConfig", inModel, nil),
	dialect.Ignore("routingConfig", inModel, nil),
}

var imageConfigFields = dialect.Fields{
	dialect.Honor("aspectRatio", "is said in the prompt"),
	dialect.Honor("imageSize", "is said in the prompt"),
	dialect.Ignore("personGeneration", noKnob, nil),
	dialect.Ignore("prominentPeople", noKnob, nil),
	dialect.Ignore("outputMimeType", asItComes, nil),
	dialect.Ignore("outputCompressionQuality", asItComes, nil),
	dialect.Ignore("imageOutputOptions", asItComes, nil),
}

var countFields = dialect.Fields{
	dialect.Honor("contents", "is counted", contentFields...),
	dialect.Honor("systemInstruction", "is counted", systemFields...),
	dialect.Honor("generateContentRequest", "is counted in place of them",
		dialect.Honor("contents", "is counted", contentFields...),
		dialect.Honor("systemInstruction", "is counted", systemFields...),
		dialect.Ignore("model", inModel, nil),
		dialect.Ignore("generationConfig", uncounted, nil),
		dialect.Ignore("tools", uncounted, nil),
		dialect.Ignore("toolConfig", uncounted, nil),
		dialect.Ignore("safetySettings", uncounted, nil),
		dialect.Ignore("cachedContent", uncounted, nil)),
	dialect.Ignore("model", inModel, nil),
	dialect.Ignore("generationConfig", uncounted, nil),
	dialect.Ignore("tools", uncounted, nil),
	dialect.Ignore("toolConfig", uncounted, nil),
	dialect.Ignore("safetySettings", uncounted, nil),
	dialect.Ignore("cachedContent", uncounted, nil),
}

var predictFields = dialect.Fields{
	dialect.Honor("instances", "one", pictureFields...),
	dialect.Honor("parameters", "",
		dialect.Honor("sampleCount", "1 to 10"),
		dialect.Honor("aspectRatio", "is said in the prompt"),
		dialect.Honor("sampleImageSize", "is said in the prompt"),
		dialect.Honor("imageSize", "is said in the prompt"),
		dialect.Honor("negativePrompt", "is said in the prompt"),
		dialect.Ignore("seed", noKnob, nil),
		dialect.Ignore("guidanceScale", noKnob, nil),
		dialect.Ignore("personGeneration", noKnob, nil),
		dialect.Ignore("safetySetting", noKnob, nil),
		dialect.Ignore("safetySettings", noKnob, nil),
		dialect.Ignore("safetyFilterLevel", noKnob, nil),
		dialect.Ignore("language", noKnob, nil),
		dialect.Ignore("enhancePrompt", noKnob, nil),
		dialect.Ignore("addWatermark", asItComes, nil),
		dialect.Ignore("outputOptions", asItComes, nil),
		dialect.Ignore("outputMimeType", asItComes, nil),
		dialect.Ignore("includeRaiReason", noLogs, nil),
		dialect.Ignore("includeSafetyAttributes", noLogs, nil),
		dialect.Ignore("editMode", "the prompt says what to change", nil),
		dialect.Ignore("editConfig", "the prompt says what to change", nil),
		dialect.Ignore("labels", noStore, nil),
		dialect.Refuse("storageUri", "is not offered; the pictures come in the answer")),
}

// pictureFields are a prompt and the pictures beside it.
var pictureFields = slices.Concat(dialect.Fields{
	dialect.Honor("prompt", ""),
	dialect.Refuse("mask", dialect.NoMask),
}, dialect.FileFields(dialect.CamelNames))

var editFields = slices.Concat(generateFields, pictureFields)
