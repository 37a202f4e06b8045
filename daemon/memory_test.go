package daemon_test

import (
	"math"
	"testing"
	"testing/fstest"

	"github.com/geminid/geminid/daemon"
)

func TestRequestMemory(t *testing.T) {
	const mib, none = 1 << 20, math.MaxInt64
	service := "0::/system.slice/geminid.service\n"
	tests := []struct {
		name            string
		files           map[string]string
		system, runtime int64
		want            int64
	}{
		{"the system's memory", nil, 4096 * mib, none, 1024 * mib},
		{"a small machine", nil, 256 * mib, none, 128 * mib},
		{"GOMEMLIMIT", nil, 4096 * mib, 1024 * mib, 256 * mib},
		{"nothing is known", nil, 0, none, 128 * mib},
		{"MemoryMax", map[string]string{"proc/self/cgroup": service, "sys/fs/cgroup/system.slice/geminid.service/memory.max": "1073741824\n"}, 4096 * mib, none, 256 * mib},
		{"MemoryHigh below MemoryMax", map[string]string{
			"proc/self/cgroup": service, "sys/fs/cgroup/system.slice/geminid.service/memory.max": "2147483648\n",
			"sys/fs/cgroup/system.slice/geminid.service/memory.high": "838860800\n",
		}, 4096 * mib, none, 200 * mib},
		{"a group above", map[string]string{
			"proc/self/cgroup": service, "sys/fs/cgroup/system.slice/geminid.service/memory.max": "max\n", "sys/fs/cgroup/system.slice/memory.max": "1073741824\n",
		}, 4096 * mib, none, 256 * mib},
		{"a container", map[string]string{"proc/self/cgroup": "0::/\n", "sys/fs/cgroup/memory.max": "1073741824\n"}, 4096 * mib, none, 256 * mib},
		{"the first version", map[string]string{
			"proc/self/cgroup": "12:cpu:/x\n7:memory:/docker/abc\n", "sys/fs/cgroup/memory/docker/abc/memory.limit_in_bytes": "1073741824\n",
			"sys/fs/cgroup/memory/memory.limit_in_bytes": "9223372036854771712\n",
		}, 4096 * mib, none, 256 * mib},
		{"nonsense", map[string]string{"proc/self/cgroup": "x\n0::../..\n", "sys/fs/cgroup/memory.max": "-1\n"}, 4096 * mib, none, 1024 * mib},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			root := make(fstest.MapFS)
			for name, content := range tt.files {
				root[name] = &fstest.MapFile{Data: []byte(content)}
			}
			if got := daemon.RequestMemory(root, tt.system, tt.runtime); got != tt.want {
				t.Errorf("got %d MiB, want %d", got/mib, tt.want/mib)
			}
		})
	}
}
