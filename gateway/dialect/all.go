package dialect

// All is the table of dialects, in the order in which they are asked whether
// they claim a request. A new dialect is one file and one line here.
var All = []Dialect{Gemini, OpenAI}
