//go:build !windows

package terminal

import "os"

// prepareScreen does nothing: terminals here understand escape sequences.
func prepareScreen(*os.File) {}
