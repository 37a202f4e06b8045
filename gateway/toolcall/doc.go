// Package toolcall gives a model that only talks text tools, forms of answer and stop
// texts. The tools of a request are shown to the model as signatures, with the form
// in which to write a call; calls in its answer become events of their own, each
// complete and valid under the schema of its tool, or the answer ends as an error. A
// provider with tools of its own is used without it.
//
// Start with [Engine.Prepare] and [Question.Answer].
//
// # The form of a call
//
// A call is a fenced code block, because a chat leaves those as they were written:
//
//	``````call-k3x9qa2m write_file
//	{"path": "main.go"}
//	--k3x9qa2m content
//	package main
//	--k3x9qa2m end
//	``````
//
// The object below the label holds the arguments. Long texts may follow it as they
// are, each below a line with the name of its argument. The label carries a tag, which
// is derived from the beginning of the conversation with a key that only this server
// has. Text of the conversation that holds the tag is shown to the model without it,
// so that a block in the result of a tool, copied by the model, is not a call.
//
// # Concurrency
//
// An [Engine] may be used by several goroutines, a [Question] too; the events of one
// answer belong to one.
//
// # Errors
//
// Errors are [chat.Error]: of kind BadRequest, with the field, if a tool or a schema
// is of no use, and of kind Upstream if the model does not keep to the form, a second
// time too.
package toolcall
