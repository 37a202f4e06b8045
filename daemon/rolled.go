package daemon

import (
	"io/fs"
	"math"
	"path/filepath"
	"strconv"
	"strings"
	"syscall"

	"github.com/geminid/geminid/metrics"
	"github.com/geminid/geminid/ops/report"
)

// foldFigure adds the increase of a series to the figures of an hour.
var foldFigure = map[metrics.Family]func(h *report.Hour, gained metrics.Sample){
	metrics.Requests: func(h *report.Hour, s metrics.Sample) {
		if s.Labels["dialect"] == "admin" {
			return // the owner's own looks
		}
		h.Requests.Add(s.Labels["outcome"], int64(s.Value))
		if s.Labels["sli"] == "true" {
			h.Asked += int64(s.Value)
			if s.Labels["outcome"] == "success" {
				h.Answered += int64(s.Value)
			}
		}
		if s.Labels["outcome"] == "error" {
			h.Errors.Add(s.Labels["code"], int64(s.Value))
		}
	},
	metrics.RateLimited: func(h *report.Hour, s metrics.Sample) { h.Limited.Add(s.Labels["origin"], int64(s.Value)) },
	metrics.Aborts:      func(h *report.Hour, s metrics.Sample) { h.Aborts.Add(s.Labels["cause"], int64(s.Value)) },
	metrics.Upstream: func(h *report.Hour, s metrics.Sample) {
		if s.Labels["outcome"] != "success" {
			h.Upstream.Add(s.Labels["outcome"], int64(s.Value))
		}
	},
	metrics.Rotations: func(h *report.Hour, s metrics.Sample) { h.Rotations.Add(s.Labels["result"], int64(s.Value)) },
	metrics.Lifetimes: func(h *report.Hour, s metrics.Sample) { h.Lifetimes.Add(spreadOf(s)) },
	metrics.FirstTokens: func(h *report.Hour, s metrics.Sample) {
		h.Add(report.Hour{Models: map[string]report.Spread{s.Labels["model"]: spreadOf(s)}})
	},
}

// gainSince returns the increase of a series since it was last read. A value that fell
// belongs to a series that began anew.
func gainSince(before, now metrics.Sample) metrics.Sample {
	if now.Value < before.Value {
		return now
	}
	now.Value -= before.Value
	now.Sum -= before.Sum
	below := make([]metrics.Bucket, len(now.Below))
	for i, b := range now.Below {
		if i < len(before.Below) {
			b.N -= min(b.N, before.Below[i].N)
		}
		below[i] = b
	}
	now.Below = below
	return now
}

// spreadOf returns the buckets of a histogram as a report keeps them.
func spreadOf(s metrics.Sample) report.Spread {
	out := report.Spread{N: int64(s.Value), Sum: s.Sum}
	highest := 0.0
	for _, b := range s.Below {
		key := strconv.FormatFloat(b.Upper, 'g', -1, 64)
		if math.IsInf(b.Upper, 1) {
			key = ">" + strconv.FormatFloat(highest, 'g', -1, 64)
		} else {
			highest = b.Upper
		}
		out.Below.Add(key, int64(b.N))
	}
	return out
}

// journalDir is the directory of the system's journal, which may be closed to this
// user.
const journalDir = "/var/log/journal"

// diskOf measures the disk of the state directory. Figures that cannot be read stay
// zero.
func diskOf(stateDir string) (d report.Disk) {
	var fs syscall.Statfs_t
	if syscall.Statfs(stateDir, &fs) != nil {
		return d
	}
	d.Free, d.Total = int64(fs.Bavail)*int64(fs.Bsize), int64(fs.Blocks)*int64(fs.Bsize) //nolint:unconvert // narrower on 32 bits
	d.State, d.Log = sizeOf(stateDir, "audit")
	d.Journal, _ = sizeOf(journalDir, "")
	return d
}

// sizeOf sums up the files below a directory, and those of them whose names begin with
// a prefix.
func sizeOf(dir, prefix string) (all, some int64) {
	_ = filepath.WalkDir(dir, func(_ string, entry fs.DirEntry, err error) error {
		if err != nil || entry.IsDir() {
			return nil //nolint:nilerr // a file that cannot be seen does not count
		}
		if info, err := entry.Info(); err == nil {
			all += info.Size()
			if strings.HasPrefix(entry.Name(), prefix) {
				some += info.Size()
			}
		}
		return nil
	})
	return all, some
}
