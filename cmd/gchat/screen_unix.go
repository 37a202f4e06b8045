//go:build !windows

package main

import "os"

// prepareScreen does nothing: terminals here understand escape sequences.
func prepareScreen(*os.File) {}
