package harness

import (
	"bytes"
	"debug/elf"
	"encoding/binary"
	"errors"
	"fmt"
	"io"
	"os"
	"os/exec"
	"runtime"
	"strings"
	"syscall"
	"testing"
	"time"
)

// setClock takes the place of the kernel's clock_gettime in a process: it asks the
// kernel, and adds the eight bytes behind it, in seconds, to what that says of the
// wall clock.
var setClock = []byte{
	// mov r8d, edi (the clock that is asked for); mov eax, 228 (clock_gettime); syscall
	0x41, 0x89, 0xf8, 0xb8, 0xe4, 0x00, 0x00, 0x00, 0x0f, 0x05,
	// test r8d, r8d (the wall clock is 0); jne out
	0x45, 0x85, 0xc0, 0x75, 0x0a,
	// mov rcx, [rip+10]; add [rsi], rcx
	0x48, 0x8b, 0x0d, 0x0a, 0x00, 0x00, 0x00, 0x48, 0x01, 0x0e,
	// out: ret; and what aligns the bytes that follow
	0xc3, 0x90, 0x90, 0x90, 0x90, 0x90, 0x90,
}

// begin starts a command that stops before its first instruction, puts setClock
// into its copy of the code that the kernel maps into every process, and lets it go.
func (c *Clock) begin(t testing.TB, w World) func(*exec.Cmd) error {
	return func(cmd *exec.Cmd) error {
		began := make(chan error, 1)
		go func() {
			runtime.LockOSThread() // one thread mounts and traces; it ends with this goroutine
			err := replaceFiles(w.Files)
			if err == nil {
				err = c.start(t, cmd, w.Away)
			}
			began <- err
		}()
		err := <-began
		if errors.Is(err, syscall.EPERM) {
			NotTested(t, "a test may not mount files, or not trace its children, on this machine: %v", err)
		}
		return err
	}
}

// replaceFiles gives the thread, and the processes it starts, other files in the
// place of the machine's.
func replaceFiles(files map[string]string) error {
	if len(files) == 0 {
		return nil
	}
	if err := syscall.Unshare(syscall.CLONE_NEWNS); err != nil {
		return fmt.Errorf("leaving the machine's mounts: %w", err)
	}
	if err := syscall.Mount("", "/", "", syscall.MS_REC|syscall.MS_PRIVATE, ""); err != nil {
		return fmt.Errorf("keeping mounts from the machine: %w", err)
	}
	for path, by := range files {
		if err := syscall.Mount(by, path, "", syscall.MS_BIND, ""); err != nil {
			return fmt.Errorf("mounting over %s: %w", path, err)
		}
	}
	return nil
}

// start starts the command under a clock, on a thread that traces nothing else.
func (c *Clock) start(t testing.TB, cmd *exec.Cmd, away time.Duration) error {
	cmd.SysProcAttr = &syscall.SysProcAttr{Ptrace: true}
	if err := cmd.Start(); err != nil {
		return err
	}
	pid := cmd.Process.Pid
	if _, err := syscall.Wait4(pid, nil, 0, nil); err != nil {
		return fmt.Errorf("waiting for the stop at the start: %w", err)
	}
	memory, err := os.OpenFile(fmt.Sprintf("/proc/%d/mem", pid), os.O_RDWR, 0)
	if err != nil {
		return err
	}
	t.Cleanup(func() { memory.Close() })
	at, err := clockCode(pid, memory)
	if err != nil {
		return err
	}
	c.write = func(seconds int64) error {
		_, err := memory.WriteAt(binary.LittleEndian.AppendUint64(nil, uint64(seconds)), at+int64(len(setClock)))
		return err
	}
	if _, err := memory.WriteAt(setClock, at); err != nil {
		return err
	}
	if err := c.write(int64(away / time.Second)); err != nil {
		return err
	}
	return syscall.PtraceDetach(pid)
}

// clockCode finds where a process asks for the time.
func clockCode(pid int, memory io.ReaderAt) (at int64, err error) {
	maps, err := os.ReadFile(fmt.Sprintf("/proc/%d/maps", pid))
	if err != nil {
		return 0, err
	}
	for line := range strings.Lines(string(maps)) {
		var from, to int64
		if !strings.HasSuffix(line, "[vdso]\n") {
			continue
		}
		if _, err := fmt.Sscanf(line, "%x-%x", &from, &to); err != nil {
			return 0, err
		}
		image := make([]byte, to-from)
		if _, err := memory.ReadAt(image, from); err != nil {
			return 0, err
		}
		library, err := elf.NewFile(bytes.NewReader(image))
		if err != nil {
			return 0, err
		}
		symbols, err := library.DynamicSymbols()
		if err != nil {
			return 0, err
		}
		for _, s := range symbols {
			if s.Name == "__vdso_clock_gettime" && s.Size >= uint64(len(setClock)+8) {
				return from + int64(s.Value), nil
			}
		}
	}
	return 0, errors.New("the kernel maps no code for the clock that could be replaced")
}
