package inbox

import (
	"cmp"
	"io/fs"
	"path/filepath"
	"slices"

	"github.com/geminid/geminid/cookie"
	"github.com/geminid/geminid/cookie/export"
)

// candidateNames returns the names that may be cookie files. Where there are too
// many, those that are called as exports are come first, and then the newest.
func (i *Inbox) candidateNames(entries []fs.DirEntry) []string {
	entries = slices.DeleteFunc(slices.Clone(entries), func(e fs.DirEntry) bool {
		return isIgnored(e.Name()) || !e.Type().IsRegular() && e.Type() != fs.ModeSymlink && !cookie.HasExportName(e.Name())
	})
	i.noteCrowd(entries)
	if i.crowded {
		slices.SortStableFunc(entries, func(a, b fs.DirEntry) int {
			return cmp.Or(nameRank(b.Name())-nameRank(a.Name()), modTime(b).Compare(modTime(a)))
		})
		entries = entries[:maxFiles]
	}
	names := make([]string, len(entries))
	for n, e := range entries {
		names[n] = e.Name()
	}
	return names
}

// noteCrowd finds out whether a directory holds more than cookie files, and logs when
// that changes what is done about them.
func (i *Inbox) noteCrowd(entries []fs.DirEntry) {
	foreign := 0
	for _, e := range entries {
		if nameRank(e.Name()) == 0 {
			foreign++
		}
	}
	crowded, shared := len(entries) > maxFiles, foreign > maxForeign
	if crowded && !i.crowded {
		i.cfg.Logger.Warn("the inbox holds too many files; those called as exports and the newest are read", "dir", i.cfg.Dir, "files", len(entries), "read", maxFiles)
	}
	if shared && !i.shared {
		i.cfg.Logger.Warn("the inbox holds files of other kinds; no note is laid beside a file that is no export", "dir", i.cfg.Dir, "files", foreign)
	}
	i.crowded, i.shared = crowded, shared
}

// nameRank is how much a name is like that of an export: 0 is not at all.
func nameRank(name string) int {
	rank := 0
	if cookie.HasExportName(name) || filepath.Ext(name) == "" && cookie.MentionsCookies(name) {
		rank++
	}
	if rank > 0 && cookie.MentionsCookies(name) {
		rank++
	}
	return rank
}

// isForeign reports whether a refused file is of another kind: neither its name nor its
// content is of an export.
func isForeign(name string, rejection *cookie.Rejection, data []byte) bool {
	return rejection != nil && !cookie.MentionsCookies(name) && !export.IsMeant(rejection, data)
}
