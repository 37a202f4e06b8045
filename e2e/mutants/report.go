package main

import (
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path"
	"strconv"
	"strings"
)

const reportPath = "docs/mutants.md"

// readReport reads the rows and survivors of an earlier run, if there is one.
func readReport(name string) (map[string]result, error) {
	all := map[string]result{}
	content, err := os.ReadFile(name)
	if errors.Is(err, fs.ErrNotExist) {
		return all, nil
	} else if err != nil {
		return nil, err
	}
	for line := range strings.Lines(string(content)) {
		cells := strings.Split(strings.TrimSpace(line), "|")
		if len(cells) == 7 && strings.HasPrefix(strings.TrimSpace(cells[1]), "`") {
			total, _ := strconv.Atoi(strings.TrimSpace(cells[2]))
			killed, _ := strconv.Atoi(strings.TrimSpace(cells[3]))
			all[strings.Trim(cells[1], " `")] = result{total: total, killed: killed}
		}
		if survivor, ok := strings.CutPrefix(strings.TrimSpace(line), "- "); ok {
			file, _, _ := strings.Cut(survivor, ":")
			if r, ok := all[path.Dir(file)]; ok {
				r.survivors = append(r.survivors, survivor)
				all[path.Dir(file)] = r
			}
		}
	}
	return all, nil
}

// writeReport replaces the report.
func writeReport(path string, all map[string]result) error {
	var b strings.Builder
	b.WriteString("# Mutants\n\nWritten by `make mutate`: the tests of each package run on versions of it in which one operator is changed.\n" +
		"A mutant is killed if the tests fail. Mutants that are the same program are explained in `e2e/mutants/explained.tsv` and not counted.\n\n" +
		"| package | mutants | killed | percent | goal |\n|---|---|---|---|---|\n")
	var sum result
	for _, t := range targets {
		r, ok := all[t.dir]
		if !ok {
			continue
		}
		sum.total, sum.killed = sum.total+r.total, sum.killed+r.killed
		fmt.Fprintf(&b, "| `%s` | %d | %d | %d %% | %d %% |\n", t.dir, r.total, r.killed, r.percent(), t.goal)
	}
	fmt.Fprintf(&b, "| all | %d | %d | %d %% | |\n\n## Survivors\n", sum.total, sum.killed, sum.percent())
	for _, t := range targets {
		if r, ok := all[t.dir]; ok && len(r.survivors) > 0 {
			fmt.Fprintf(&b, "\n### %s\n\n", t.dir)
			for _, s := range r.survivors {
				fmt.Fprintf(&b, "- %s\n", s)
			}
		}
	}
	return os.WriteFile(path, []byte(b.String()), 0o644)
}
