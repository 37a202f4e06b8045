package child

import (
	"fmt"
	"os"
	"runtime"
	"strconv"

	"golang.org/x/sys/unix"
)

// Split reserves a core for the server under measurement and confines this
// process, which is client and upstream in one, to another. With a single core
// it changes nothing and returns -1 for both.
func Split() (server, own int, err error) {
	var may unix.CPUSet
	if err := unix.SchedGetaffinity(0, &may); err != nil {
		return -1, -1, fmt.Errorf("reading the processor affinity: %w", err)
	}
	var cores []int
	for cpu := 0; len(cores) < 2 && cpu < len(may)*64; cpu++ {
		if may.IsSet(cpu) {
			cores = append(cores, cpu)
		}
	}
	if len(cores) < 2 {
		return -1, -1, nil
	}
	if err := confine(cores[1]); err != nil {
		return -1, -1, err
	}
	runtime.GOMAXPROCS(1)
	return cores[0], cores[1], nil
}

// confine moves every thread of this process to cpu; later threads inherit it.
func confine(cpu int) error {
	var only unix.CPUSet
	only.Set(cpu)
	threads, err := os.ReadDir("/proc/self/task")
	if err != nil {
		return fmt.Errorf("listing threads: %w", err)
	}
	for _, thread := range threads {
		id, err := strconv.Atoi(thread.Name())
		if err != nil {
			return fmt.Errorf("reading thread id: %w", err)
		}
		if err := unix.SchedSetaffinity(id, &only); err != nil {
			return fmt.Errorf("confining a thread to core %d: %w", cpu, err)
		}
	}
	return nil
}
