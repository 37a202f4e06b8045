// Package stored keeps what clients ask the server to remember, such as the responses
// and conversations of OpenAI's API: records of bytes, each under an ID that its owner
// alone can use. A store is one folder that is bounded in bytes, in records and in age,
// for each owner and in all. Start with [Open].
//
// Records hold what people asked and were answered. Each is a file of its own, 0600 in a
// folder that is 0700.
//
// # Concurrency
//
// A [Store] is safe for concurrent use.
//
// # Errors
//
// [ErrNotFound] for an ID that has no record, or has one of another owner; [ErrTooLarge]
// for a record that is not kept; else an error of the disk, and then what was stored
// before is still there.
package stored
