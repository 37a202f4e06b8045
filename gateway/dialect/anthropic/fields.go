package anthropic

import (
	"slices"

	"github.com/geminid/geminid/gateway/dialect"
)

// fieldTables are the fields of each operation, and what becomes of them.
var fieldTables = []dialect.FieldTable{
	{Title: "POST /v1/messages and /v1/messages/count_tokens", Fields: questionFields},
}

// The reasons why fields have no effect.
const (
	noKnob     = "the web session has no such setting"
	noStore    = "nothing is kept"
	noCaching  = "nothing is cached"
	noService  = "belongs to Anthropic's service"
	ofOwnTools = "Gemini has no such settings for its own tools"
	inThought  = "earlier thoughts are not sent again"
)

var noCacheControl = dialect.Ignore("cache_control", noCaching, nil)

var questionFields = dialect.Fields{
	dialect.Honor("model", "a name of the model list, or an alias"),
	dialect.Honor("messages", "the conversation",
		dialect.Honor("role", "`user`, `assistant` or `system`"),
		dialect.Honor("content", "a text, or blocks", blockFields...)),
	dialect.Honor("system", "a text, or blocks", blockFields...),
	dialect.Honor("stream", ""),
	dialect.Honor("stop_sequences", "the answer ends in front of one"),
	dialect.Honor("tools", "others than functions are ignored", toolFields...),
	dialect.Honor("tool_choice", "",
		dialect.Honor("type", "`auto`, `any`, `tool` or `none`"),
		dialect.Honor("name", "of a tool"),
		dialect.Honor("disable_parallel_tool_use", "allows one call in an answer")),
	dialect.Honor("thinking", "",
		dialect.Honor("type", "`enabled` and `adaptive` show the thoughts"),
		dialect.Honor("budget_tokens", "standard or extended thinking"),
		dialect.Honor("display", "`omitted` shows no thoughts")),
	dialect.Honor("output_config", "",
		dialect.Honor("effort", "standard or extended thinking"),
		dialect.Honor("format", "the answer is valid JSON of this form, or an error", formatFields...),
		dialect.Ignore("task_budget", noKnob, nil)),
	dialect.Honor("output_format", "the older place of output_config.format", formatFields...),

	dialect.Ignore("max_tokens", noKnob, dialect.IsNumber),
	dialect.Ignore("temperature", noKnob, dialect.IsNumber),
	dialect.Ignore("top_p", noKnob, dialect.IsNumber),
	dialect.Ignore("top_k", noKnob, dialect.IsNumber),
	dialect.Ignore("metadata", noStore, nil),
	dialect.Ignore("user_profile_id", noService, nil),
	dialect.Ignore("workspace_id", noService, nil),
	noCacheControl,
	dialect.Ignore("context_management", "the conversation is read as it is sent", nil),
	dialect.Ignore("service_tier", noKnob, nil, "auto", "standard_only"),
	dialect.Ignore("speed", noKnob, nil, "standard"),
	dialect.Ignore("inference_geo", noKnob, nil),
	dialect.Ignore("container", noService, nil),
	dialect.Ignore("mcp_servers", "no server of tools is called from here", nil),
	dialect.Ignore("diagnostics", noService, nil),
	dialect.Ignore("fallbacks", noService, nil),
	dialect.Ignore("betas", noService, nil),
}

var formatFields = []dialect.Field{
	dialect.Honor("type", "`json_schema`"),
	dialect.Honor("schema", "a JSON Schema"),
	dialect.Honor("name", "a label"),
}

var toolFields = []dialect.Field{
	dialect.Honor("type", "`custom`; `web_search_…`, `web_fetch_…` and `code_execution_…` are what Gemini does by itself"),
	dialect.Honor("name", ""),
	dialect.Honor("description", ""),
	dialect.Honor("input_schema", "a JSON Schema"),
	dialect.Honor("strict", "calls are valid in any case"),
	dialect.Honor("defer_loading", "all tools are shown at once"),
	dialect.Honor("eager_input_streaming", "calls come whole"),
	dialect.Ignore("input_examples", noKnob, nil),
	dialect.Ignore("allowed_callers", "only the model calls", nil),
	dialect.Ignore("max_uses", ofOwnTools, nil),
	dialect.Ignore("allowed_domains", ofOwnTools, nil),
	dialect.Ignore("blocked_domains", ofOwnTools, nil),
	dialect.Ignore("user_location", ofOwnTools, nil),
	dialect.Ignore("citations", ofOwnTools, nil),
	dialect.Ignore("max_content_tokens", ofOwnTools, nil),
	dialect.Ignore("max_characters", ofOwnTools, nil),
	dialect.Ignore("response_inclusion", ofOwnTools, nil),
	dialect.Ignore("url_sources", ofOwnTools, nil),
	dialect.Ignore("use_cache", ofOwnTools, nil),
	dialect.Ignore("configs", ofOwnTools, nil),
	noCacheControl,
}

// blockTables are the fields of each type of block. Blocks stand in results, documents
// and pages that were found as well.
var blockTables = completeTables(map[string]dialect.Fields{
	textBlock: {
		dialect.Honor("text", ""),
		dialect.Ignore("citations", "the pages of earlier answers are not sent again", nil),
	},
	imageBlock: {
		dialect.Honor("source", "a file, see [below](#files)", fileFields...),
		dialect.Ignore("transformations", "pictures go up as they are", nil),
	},
	documentBlock: {
		dialect.Honor("source", "a file, or `text` in data, or blocks in content", sourceFields...),
		dialect.Honor("title", "stands in front of the document"),
		dialect.Honor("context", "stands in front of the document"),
		dialect.Ignore("citations", "no passages of documents are named", nil),
	},
	searchBlock: {
		dialect.Honor("source", "the address of the page"),
		dialect.Honor("title", ""),
		dialect.Honor("content", "blocks"),
		dialect.Ignore("citations", "no passages of documents are named", nil),
	},
	thinkingBlock: {
		dialect.Ignore("thinking", inThought, dialect.IsText),
		dialect.Ignore("signature", inThought, dialect.IsText),
	},
	redactedBlock: {
		dialect.Ignore("data", inThought, dialect.IsText),
	},
	toolUseBlock: {
		dialect.Honor("id", ""),
		dialect.Honor("name", ""),
		dialect.Honor("input", "an object"),
		dialect.Ignore("caller", "only the model calls", nil),
		dialect.Ignore("toolset_name", noService, nil),
	},
	toolResultBlock: {
		dialect.Honor("tool_use_id", "joins the result to its call"),
		dialect.Honor("content", "a text, or blocks"),
		dialect.Honor("is_error", "the result is shown as a failure"),
		dialect.Ignore("toolset_name", noService, nil),
	},
})

// completeTables adds to each table what all blocks have.
func completeTables(tables map[string]dialect.Fields) map[string]dialect.Fields {
	for kind, table := range tables {
		tables[kind] = slices.Concat(dialect.Fields{dialect.Honor("type", ""), noCacheControl}, table)
	}
	return tables
}

// blockFields are the fields of all types of blocks, for the documents.
var blockFields = func() (all dialect.Fields) {
	for _, kind := range blockKinds {
		for _, field := range blockTables[kind] {
			switch i := slices.IndexFunc(all, func(f dialect.Field) bool { return f.Name == field.Name }); {
			case i < 0:
				all = append(all, field)
			case len(field.Fields) > len(all[i].Fields):
				all[i] = field
			}
		}
	}
	return append(all, dialect.Refuse("file_id", "of a `container_upload`, which is not offered"))
}()

var (
	fileFields   = dialect.ObjectFields(dialect.SnakeNames, 1)
	textFields   = dialect.Fields{dialect.Honor("type", ""), dialect.Honor("media_type", ""), dialect.Honor("data", "text")}
	innerFields  = dialect.Fields{dialect.Honor("type", ""), dialect.Honor("content", "blocks")}
	sourceFields = slices.Concat(dialect.Fields{dialect.Honor("content", "blocks")}, fileFields)
)
