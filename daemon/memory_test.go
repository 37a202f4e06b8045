package daemon_test

import (
	"math"
	"testing"
	"testing/fstest"

	"github.com/geminid/geminid/daemon"
)

func TestMemoryIsDivided(t *testing.T) {
	const mib, none = 1 << 20, math.MaxInt64
	service := "0::/system.slice/geminid.service\n"
	tests := []struct {
		name            string
		files           map[string]string
		system, runtime int64
		limit, requests int64
		connections     int
	}{
		{"the system's memory", nil, 4096 * mib, none, 3072 * mib, 1024 * mib, 4096},
		{"a small server", nil, 1024 * mib, none, 768 * mib, 256 * mib, 2048},
		{"a very small server", nil, 256 * mib, none, 192 * mib, 96 * mib, 512},
		{"less than that", nil, 128 * mib, none, 96 * mib, 48 * mib, 256},
		{"hardly any", nil, 32 * mib, none, 24 * mib, 12 * mib, 64},
		{"GOMEMLIMIT", nil, 4096 * mib, 1536 * mib, 1536 * mib, 512 * mib, 4096},
		{"GOMEMLIMIT above the system's memory", nil, 1024 * mib, 1536 * mib, 768 * mib, 256 * mib, 2048},
		{"GOMEMLIMIT alone", nil, 0, 768 * mib, 768 * mib, 256 * mib, 2048},
		{"nothing is known", nil, 0, none, none, 96 * mib, 4096},
		{"MemoryMax", map[string]string{"proc/self/cgroup": service, "sys/fs/cgroup/system.slice/geminid.service/memory.max": "1073741824\n"},
			4096 * mib, none, 768 * mib, 256 * mib, 2048},
		{"MemoryHigh below MemoryMax", map[string]string{
			"proc/self/cgroup": service, "sys/fs/cgroup/system.slice/geminid.service/memory.max": "2147483648\n",
			"sys/fs/cgroup/system.slice/geminid.service/memory.high": "1073741824\n",
		}, 4096 * mib, none, 768 * mib, 256 * mib, 2048},
		{"a group above", map[string]string{
			"proc/self/cgroup": service, "sys/fs/cgroup/system.slice/geminid.service/memory.max": "max\n", "sys/fs/cgroup/system.slice/memory.max": "1073741824\n",
		}, 4096 * mib, none, 768 * mib, 256 * mib, 2048},
		{"a container", map[string]string{"proc/self/cgroup": "0::/\n", "sys/fs/cgroup/memory.max": "1073741824\n"}, 4096 * mib, none, 768 * mib, 256 * mib, 2048},
		{"the first version", map[string]string{
			"proc/self/cgroup": "12:cpu:/x\n7:memory:/docker/abc\n", "sys/fs/cgroup/memory/docker/abc/memory.limit_in_bytes": "1073741824\n",
			"sys/fs/cgroup/memory/memory.limit_in_bytes": "9223372036854771712\n",
		}, 4096 * mib, none, 768 * mib, 256 * mib, 2048},
		{"the first version without a limit", map[string]string{
			"proc/self/cgroup": "7:memory:/\n", "sys/fs/cgroup/memory/memory.limit_in_bytes": "9223372036854771712\n",
		}, 1024 * mib, none, 768 * mib, 256 * mib, 2048},
		{"nonsense", map[string]string{"proc/self/cgroup": "x\n0::../..\n", "sys/fs/cgroup/memory.max": "-1\n"}, 1024 * mib, none, 768 * mib, 256 * mib, 2048},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			root := make(fstest.MapFS)
			for name, content := range tt.files {
				root[name] = &fstest.MapFile{Data: []byte(content)}
			}
			limit, requests, connections := daemon.ShareMemory(root, tt.system, tt.runtime)
			if limit != tt.limit || requests != tt.requests || connections != tt.connections {
				t.Errorf("the limit is %d MiB with %d for requests and %d connections, want %d, %d, %d",
					limit/mib, requests/mib, connections, tt.limit/mib, tt.requests/mib, tt.connections)
			}
			// The limit is set, and asked for again by a reload.
			if again, same, _ := daemon.ShareMemory(root, tt.system, limit); again != limit || same != requests {
				t.Errorf("the second time the limit is %d MiB with %d for requests", again/mib, same/mib)
			}
		})
	}
}
