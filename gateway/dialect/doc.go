// Package dialect is the vocabulary in which API formats are written: a
// [Dialect] says how requests of one format are decoded into a [Call], and how
// answers, streams and errors are encoded. Each format has a folder of its own
// below this one, and the table of all of them is in package registry.
//
// Start with [Dialect], then read openai.Dialect. The shared tools are, for
// requests, [ReadBody], which returns an [Object] whose fields ([Node]) name
// themselves in errors, [Conversation], [Fields], [Pictures], [ReadFileFields] and
// [DecodeURL]; for answers, [Body], [Template] and [UsageCounter].
//
// # Concurrency
//
// Everything is safe for concurrent use but a [Call], a [Conversation] and an
// [Encoder], which belong to one request.
//
// # Errors
//
// Every error of a decoder is a *[chat.Error] that a client may read. The meaning of
// its kind in each format is in one table; see [LookupKind].
//
// The package does no I/O beyond reading the request body and writing to the
// writer it is given, and knows nothing of sessions, keys and limits.
package dialect
