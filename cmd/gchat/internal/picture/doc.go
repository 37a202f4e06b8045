// Package picture writes generated pictures to files or standard output, and
// previews them on terminals that can show pictures.
//
// Start at [NewTarget], which checks the destination before a picture is paid for
// with a request; [Target.WritePictures] does the rest.
//
// # Errors
//
// A destination that cannot be written to is an [exit.Failure] with code
// [exit.Unwritable]. A preview never fails: the file's name is printed anyway.
package picture
