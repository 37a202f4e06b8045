//go:build !unix

package main

// forbidDumps does nothing: there are no core dumps here.
func forbidDumps() {}
