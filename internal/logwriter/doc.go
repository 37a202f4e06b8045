// Package logwriter keeps a log from holding up the program that writes it.
//
// A log goes to a pipe, a terminal or a disk, and each of them can stop taking
// anything: the reader of the pipe hangs, the terminal is halted, the disk is full. A
// program that writes its log directly then hangs with its next line. A [Writer] takes
// each record at once, into a buffer of bounded size, and a goroutine of its own passes
// it on. Start with [New].
//
// # Concurrency
//
// All methods are safe for concurrent use. Records come out in the order in which they
// were taken. [Writer.Close] ends the goroutine.
//
// # Errors
//
// Write never fails and never blocks. Records that find the buffer full, and those that
// the destination refuses, are lost; [Writer.LostRecords] counts both.
package logwriter
