package main

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"strings"
	"time"
)

// A mutant whose tests take so many times as long as those of the program as it is
// loops, or waits for ever, and counts as killed. The limit is never below shortestLimit.
const (
	timeLimit     = 20
	shortestLimit = time.Minute
)

// A result is the outcome for one package.
type result struct {
	total, killed int
	survivors     []string
}

func (r result) percent() int {
	if r.total == 0 {
		return 0
	}
	return 100 * r.killed / r.total
}

// runTarget runs the tests of one package on every mutant, or again on those that lived
// before: the others count as killed then.
func runTarget(t target, explained map[string]string, again bool, lived []string) (r result, err error) {
	p, err := parsePackage(t.dir)
	if err != nil {
		return r, err
	}
	all, err := findMutants(t, p, explained)
	if err != nil {
		return r, err
	}
	if len(all) == 0 {
		return r, fmt.Errorf("%s has no mutants", t.dir)
	}
	tmp, err := os.MkdirTemp("", "mutants-*")
	if err != nil {
		return r, err
	}
	defer os.RemoveAll(tmp)
	if err := os.Chmod(tmp, 0o755); err != nil { // a test may go on as another user
		return r, err
	}
	test, err := buildMutants(t, p, all, tmp)
	if err != nil {
		return r, err
	}
	begun := time.Now()
	if out, err := test.run(0, time.Hour); err != nil {
		return r, fmt.Errorf("the tests of %s fail without mutants: %w\n%s", t.dir, err, out)
	}
	limit := max(timeLimit*time.Since(begun), shortestLimit)
	r.total = len(all)
	for i, m := range all {
		if again && !slices.Contains(lived, m.String()) {
			r.killed++
			continue
		}
		_, err := test.run(i+1, limit)
		switch {
		case err == nil:
			r.survivors = append(r.survivors, m.String())
			fmt.Printf("%d/%d lived: %v\n", i+1, len(all), m)
			continue
		case errors.Is(err, context.DeadlineExceeded):
			fmt.Printf("%d/%d ran into the limit of %v: %v\n", i+1, len(all), limit.Round(time.Second), m)
		}
		r.killed++
	}
	return r, nil
}

// testBinary is the tests of a package with all its mutants.
type testBinary struct {
	path, dir, tests string
	tmp              string // for the files of the tests
}

// buildMutants compiles the tests of a package with all its mutants.
func buildMutants(t target, p *parsed, all []mutant, tmp string) (*testBinary, error) {
	variants := map[string]map[[2]int][]variant{}
	for i, m := range all {
		if variants[m.path] == nil {
			variants[m.path] = map[[2]int][]variant{}
		}
		at := [2]int{m.line, m.column}
		variants[m.path][at] = append(variants[m.path][at], variant{i + 1, m.kind})
	}
	contents := map[string]string{filepath.Join(t.dir, "chosen_mutant.go"): fmt.Sprintf(chosenSource, p.name, chosenVariable)}
	for path, of := range variants {
		content, err := addSwitches(p, p.files[path], of)
		if err != nil {
			return nil, err
		}
		contents[path] = content
	}
	overlay, err := writeOverlay(tmp, contents)
	if err != nil {
		return nil, err
	}
	b := &testBinary{path: filepath.Join(tmp, "mutants.test"), dir: t.dir, tests: t.tests, tmp: filepath.Join(tmp, "tmp")}
	if out, err := exec.Command("go", "test", "-c", "-vet=off", "-overlay", overlay, "-o", b.path, "./"+t.dir).CombinedOutput(); err != nil {
		return nil, fmt.Errorf("the mutants of %s do not compile: %w\n%s", t.dir, err, out)
	}
	return b, nil
}

// writeOverlay writes the contents and the file that lets go build read each in
// the place of its path.
func writeOverlay(tmp string, contents map[string]string) (string, error) {
	replace := map[string]string{}
	for path, content := range contents {
		original, err := filepath.Abs(path)
		if err != nil {
			return "", err
		}
		replace[original] = filepath.Join(tmp, filepath.Base(path))
		if err := os.WriteFile(replace[original], []byte(content), 0o600); err != nil {
			return "", err
		}
	}
	raw, err := json.Marshal(map[string]any{"Replace": replace})
	if err != nil {
		return "", err
	}
	overlay := filepath.Join(tmp, "overlay.json")
	return overlay, os.WriteFile(overlay, raw, 0o600)
}

// run runs the tests on a mutant, 0 for none. The error is not nil if they fail, and
// [context.DeadlineExceeded] if they take longer than limit.
func (b *testBinary) run(number int, limit time.Duration) (out []byte, err error) {
	if err := os.Mkdir(b.tmp, 0o755); err != nil {
		return nil, err
	}
	defer os.RemoveAll(b.tmp)
	ctx, cancel := context.WithTimeout(context.Background(), limit)
	defer cancel()
	cmd := exec.CommandContext(ctx, b.path, "-test.failfast", "-test.run", b.tests)
	cmd.Dir = b.dir
	cmd.Env = append(os.Environ(), fmt.Sprintf("%s=%d", chosenVariable, number), "TMPDIR="+b.tmp)
	cmd.WaitDelay = time.Second // a test may have started processes that hold the output open
	out, err = cmd.CombinedOutput()
	if ctx.Err() != nil {
		return out, ctx.Err()
	}
	return out, err
}

// listFiles returns the names of the files of a package that are compiled here,
// without tests.
func listFiles(dir string) ([]string, error) {
	out, err := exec.Command("go", "list", "-f", `{{join .GoFiles "\n"}}`, "./"+dir).Output()
	return strings.Fields(string(out)), err
}
