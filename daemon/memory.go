package daemon

import (
	"io/fs"
	"math"
	"os"
	"path"
	"runtime/debug"
	"strconv"
	"strings"

	"github.com/geminid/geminid/daemon/config"
)

const (
	memoryDivisor = 4         // requests get this part of the memory there is
	minimumMemory = 128 << 20 // enough for the largest question
)

// memoryBudget returns the memory for requests in bytes: the setting, or a part of the
// machine's.
func memoryBudget(s config.Settings) int64 {
	if s.RequestMemory > 0 {
		return int64(s.RequestMemory)
	}
	return requestMemory(os.DirFS("/"), systemMemory(), debug.SetMemoryLimit(-1))
}

// requestMemory returns a part of the least limit: that of the system's memory (0 if
// unknown), of the control groups that root describes, and of the runtime.
func requestMemory(root fs.FS, system, runtime int64) int64 {
	least := min(runtime, groupMemory(root))
	if system > 0 {
		least = min(least, system)
	}
	if least == math.MaxInt64 {
		return minimumMemory // there is no limit
	}
	return max(least/memoryDivisor, minimumMemory)
}

// groupMemory returns the least limit of the control group of the process and those
// above it, in either version; math.MaxInt64 if there is none.
func groupMemory(root fs.FS) int64 {
	least := int64(math.MaxInt64)
	membership, err := fs.ReadFile(root, "proc/self/cgroup")
	if err != nil {
		return least
	}
	for line := range strings.Lines(string(membership)) {
		fields := strings.SplitN(strings.TrimSpace(line), ":", 3)
		if len(fields) != 3 {
			continue
		}
		mount, files := "sys/fs/cgroup", []string{"memory.max", "memory.high"}
		if fields[1] == "memory" {
			mount, files = "sys/fs/cgroup/memory", []string{"memory.limit_in_bytes"}
		} else if fields[1] != "" {
			continue
		}
		for group := path.Clean("/" + fields[2]); ; group = path.Dir(group) {
			for _, file := range files {
				least = min(least, limitIn(root, path.Join(mount, group, file)))
			}
			if group == "/" {
				break
			}
		}
	}
	return least
}

// limitIn reads a file that holds a number of bytes, or a word for no limit.
func limitIn(root fs.FS, name string) int64 {
	content, err := fs.ReadFile(root, name)
	if err != nil {
		return math.MaxInt64
	}
	limit, err := strconv.ParseInt(strings.TrimSpace(string(content)), 10, 64)
	if err != nil || limit <= 0 {
		return math.MaxInt64
	}
	return limit
}
