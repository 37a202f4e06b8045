// Sbom lists the modules that are linked into the binaries, as a CycloneDX
// document. It asks the go command and nobody else, and the same commit gives the
// same bytes.
package main

import (
	"bytes"
	"encoding/json"
	"flag"
	"fmt"
	"io"
	"os"
	"os/exec"
	"slices"
	"strings"
)

// component is a part of the product in CycloneDX 1.5.
type component struct {
	Type    string `json:"type"`
	Name    string `json:"name"`
	Version string `json:"version"`
	PURL    string `json:"purl,omitempty"`
}

// listed is what go list says of a package.
type listed struct {
	Standard bool
	Module   *struct {
		Path, Version string
		Main          bool
	}
}

func main() {
	version := flag.String("version", "devel", "version of the product")
	flag.Parse()
	if err := run(os.Stdout, *version); err != nil {
		fmt.Fprintln(os.Stderr, "sbom:", err)
		os.Exit(1)
	}
}

func run(w io.Writer, version string) error {
	components, err := modules()
	if err != nil {
		return err
	}
	encoder := json.NewEncoder(w)
	encoder.SetIndent("", "  ")
	return encoder.Encode(map[string]any{
		"bomFormat": "CycloneDX", "specVersion": "1.5", "version": 1,
		"metadata":   map[string]any{"component": component{Type: "application", Name: "geminid", Version: version}},
		"components": components,
	})
}

// modules lists the modules of all packages that are linked, and the toolchain,
// whose library is a part of the binaries too.
func modules() ([]component, error) {
	out, err := exec.Command("go", "list", "-deps", "-json=Standard,Module", "./cmd/geminid", "./cmd/gchat").Output()
	if err != nil {
		return nil, fmt.Errorf("listing the packages: %w", err)
	}
	toolchain, err := exec.Command("go", "env", "GOVERSION").Output()
	if err != nil {
		return nil, fmt.Errorf("asking for the toolchain: %w", err)
	}
	goVersion := strings.TrimPrefix(strings.TrimSpace(string(toolchain)), "go")
	found := []component{{Type: "library", Name: "std", Version: goVersion, PURL: "pkg:golang/std@" + goVersion}}
	for decoder := json.NewDecoder(bytes.NewReader(out)); ; {
		var p listed
		if err := decoder.Decode(&p); err == io.EOF {
			break
		} else if err != nil {
			return nil, fmt.Errorf("reading go list: %w", err)
		}
		if p.Module == nil || p.Module.Main {
			continue
		}
		c := component{Type: "library", Name: p.Module.Path, Version: p.Module.Version, PURL: "pkg:golang/" + p.Module.Path + "@" + p.Module.Version}
		if !slices.Contains(found, c) {
			found = append(found, c)
		}
	}
	slices.SortFunc(found, func(a, b component) int { return strings.Compare(a.Name, b.Name) })
	return found, nil
}
