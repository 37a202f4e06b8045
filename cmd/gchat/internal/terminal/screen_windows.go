package terminal

import (
	"os"

	"golang.org/x/sys/windows"
)

// prepareScreen asks the Windows console to interpret escape sequences. Older
// ones refuse; they then show the text with a few odd characters around it.
func prepareScreen(f *os.File) {
	handle := windows.Handle(f.Fd())
	var mode uint32
	if windows.GetConsoleMode(handle, &mode) == nil {
		_ = windows.SetConsoleMode(handle, mode|windows.ENABLE_VIRTUAL_TERMINAL_PROCESSING)
	}
}
