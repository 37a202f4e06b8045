package main

import (
	"math"
	"runtime"
	"runtime/debug"
	"testing"
	"time"

	"github.com/geminid/geminid/daemon"
)

func TestGarbagePercent(t *testing.T) {
	for _, tt := range []struct {
		name  string
		inUse uint64
		want  int
	}{
		{"nothing in use", 0, 600},
		{"little", 1 << 20, 600},
		{"an idle daemon", 4 << 20, 500},
		{"dozens of streams", 8 << 20, 200},
		{"the room alone", 16 << 20, 50},
		{"hundreds of streams", 32 << 20, 25},
		{"thousands of streams", 512 << 20, 15},
	} {
		if got := garbagePercent(tt.inUse); got != tt.want {
			t.Errorf("%s: %d, want %d", tt.name, got, tt.want)
		}
	}
}

// percentage reads GOGC, which can only be read by setting it.
func percentage() int {
	now := debug.SetGCPercent(100)
	debug.SetGCPercent(now)
	return now
}

func TestGarbageIsBounded(t *testing.T) {
	t.Setenv("GOGC", "")
	t.Setenv("GOMEMLIMIT", "")
	stop := boundGarbage()
	held := make([]*[64]byte, 2<<20) // 16 MiB of pointers in use
	for deadline := time.Now().Add(20 * time.Second); percentage() >= 60; time.Sleep(time.Millisecond) {
		if time.Now().After(deadline) {
			t.Fatalf("with 16 MiB in use the percentage stays %d", percentage())
		}
		runtime.GC()
	}
	runtime.KeepAlive(held)
	stop()
	runtime.GC()
	if got := percentage(); got != 100 {
		t.Errorf("after the stop it is %d, want 100", got)
	}
}

// forcedCollections counts those that the runtime was asked for.
func forcedCollections() uint32 {
	var m runtime.MemStats
	runtime.ReadMemStats(&m)
	return m.NumForcedGC
}

// After a burst the memory is returned once, and the collection for that begins no
// other.
func TestMemoryIsReturnedAfterBursts(t *testing.T) {
	g := &garbage{quiet: time.Millisecond}
	for burst := range 3 {
		before := forcedCollections()
		g.mu.Lock()
		g.awaitQuiet() // as a collection does
		g.mu.Unlock()
		for deadline := time.Now().Add(20 * time.Second); forcedCollections() == before; time.Sleep(time.Millisecond) {
			if time.Now().After(deadline) {
				t.Fatalf("no memory was returned after burst %d", burst)
			}
		}
		g.mu.Lock()
		g.awaitQuiet() // the collection of the return
		if g.burst.Stop() {
			t.Errorf("returning the memory after burst %d begins the next return", burst)
		}
		g.mu.Unlock()
	}
}

func TestGarbageOfTheOwnersChoice(t *testing.T) {
	t.Setenv("GOGC", "70")
	before := percentage()
	defer boundGarbage()()
	runtime.GC()
	if got := percentage(); got != before {
		t.Errorf("it went from %d to %d although GOGC is set", before, got)
	}
}

func TestMemoryIsBounded(t *testing.T) {
	before := debug.SetMemoryLimit(-1)
	t.Setenv("GOMEMLIMIT", "100GiB")
	stop := boundMemory()
	if got := debug.SetMemoryLimit(-1); got != before {
		t.Errorf("GOMEMLIMIT is set, and the limit went from %d to %d", before, got)
	}
	stop()
	t.Setenv("GOMEMLIMIT", "")
	stop = boundMemory()
	if got, want := debug.SetMemoryLimit(-1), daemon.MemoryLimit(); got != want {
		t.Errorf("the limit is %d, want %d", got, want)
	}
	if runtime.GOOS == "linux" && debug.SetMemoryLimit(-1) == math.MaxInt64 {
		t.Error("there is no limit")
	}
	stop()
	if got := debug.SetMemoryLimit(-1); got != before {
		t.Errorf("after the stop it is %d, want %d", got, before)
	}
}
