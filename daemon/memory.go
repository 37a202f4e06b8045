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

// How the memory there is gets divided. The runtime's limit leaves a quarter for what
// it does not count: the kernel's part of connections, the program's text and files in
// the page cache. Requests and connections may take a third of the limit each; the
// last third is for the daemon itself, its streams and its garbage.
// docs/decisions/0026-memory-is-divided.md has the measurements.
const (
	runtimeNumerator   = 3
	runtimeDenominator = 4
	memoryDivisor      = 3

	// leastRequests is enough for one of the largest questions. On machines so small
	// that it would be more than half of the limit, there is no such question.
	leastRequests = 96 << 20
	// connectionBytes is the most that a client can make a connection take before it
	// shows a key: 70 KiB with the beginning of a small head, of which one in 32 may
	// have a megabyte with that of a large one.
	connectionBytes  = 128 << 10
	leastConnections = 64
	mostConnections  = 4096
)

// memoryShares is what the parts of the process may take.
type memoryShares struct {
	runtime     int64 // of the Go runtime, in bytes
	requests    int64 // bodies, files and answers, in bytes
	connections int   // open connections of clients
}

// logArgs returns the shares as attributes of a log record, in words of the settings.
func (m memoryShares) logArgs() []any {
	limit := "none"
	if m.runtime != math.MaxInt64 {
		limit = strconv.FormatInt(m.runtime>>20, 10) + "MiB"
	}
	return []any{"runtime_limit", limit, "request_memory", strconv.FormatInt(m.requests>>20, 10) + "MiB", "max_connections", m.connections}
}

// MemoryLimit returns the bytes that the Go runtime of this process should take at
// most: three quarters of the least limit of the system and of the control groups,
// and no more than the limit that it has. It is [math.MaxInt64] if there is none.
func MemoryLimit() int64 {
	return shareMemory(os.DirFS("/"), systemMemory(), debug.SetMemoryLimit(-1)).runtime
}

// memoryOf returns the shares: as set, else as there is memory.
func memoryOf(s config.Settings) memoryShares {
	shares := shareMemory(os.DirFS("/"), systemMemory(), debug.SetMemoryLimit(-1))
	if s.RequestMemory > 0 {
		shares.requests = int64(s.RequestMemory)
	}
	if s.MaxConnections > 0 {
		shares.connections = s.MaxConnections
	}
	return shares
}

// shareMemory divides the least of the system's memory (0 if unknown), of the limits
// of the control groups that root describes, and of the limit of the runtime.
func shareMemory(root fs.FS, system, runtime int64) memoryShares {
	there := groupMemory(root)
	if system > 0 {
		there = min(there, system)
	}
	if there != math.MaxInt64 {
		runtime = min(runtime, there/runtimeDenominator*runtimeNumerator)
	}
	if runtime == math.MaxInt64 {
		return memoryShares{runtime, leastRequests, mostConnections}
	}
	part := runtime / memoryDivisor
	return memoryShares{
		runtime:     runtime,
		requests:    max(part, min(leastRequests, runtime/2)),
		connections: int(min(max(part/connectionBytes, leastConnections), mostConnections)),
	}
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
