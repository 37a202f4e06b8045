// Package media identifies files by their first bytes: [DetectType] returns the
// media type, [TooManyPixels] bounds pictures, and [ResolveType] decides between
// the stated type and the bytes. It reads the head of a file only and decodes
// nothing.
//
// # Concurrency
//
// All functions are pure.
//
// # Errors
//
// The error of [ResolveType] is the end of a sentence about the file, for its
// owner to read.
package media
