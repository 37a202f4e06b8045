package peers

import (
	"bufio"
	"bytes"
	"cmp"
	"errors"
	"fmt"
	"strings"

	"go.yaml.in/yaml/v3"
)

// value is one setting of a file: its name with dots between the parts, numbers
// for those in a list.
type value struct{ name, text string }

// maxValues bounds the settings that are read of a file.
const maxValues = 10_000

var errTooMany = errors.New("it holds too many settings")

// readYAML reads a YAML or JSON file.
func readYAML(content []byte) ([]value, error) {
	var root yaml.Node
	if err := yaml.Unmarshal(content, &root); err != nil {
		return nil, errors.New("it is not valid YAML") // the error may repeat values
	}
	if len(root.Content) != 1 || root.Content[0].Kind != yaml.MappingNode {
		return nil, errors.New("it is not a YAML file with settings")
	}
	var t yamlTree
	err := t.flattenNode("", root.Content[0], 0)
	return t.values, err
}

// maxDepth bounds how deep a file may be nested.
const maxDepth = 20

// yamlTree collects the settings of a YAML file.
type yamlTree struct {
	values []value
	seen   int // nodes, each as often as an alias leads to it
}

// flattenNode flattens a node. It counts nodes, not bytes: with aliases a small file can
// mean a huge one.
func (t *yamlTree) flattenNode(name string, node *yaml.Node, depth int) error {
	if t.seen++; depth > maxDepth || t.seen > maxValues {
		return errTooMany
	}
	join := func(part string) string { return strings.TrimPrefix(name+"."+part, ".") }
	var err error
	switch node.Kind {
	case yaml.DocumentNode: // the walk begins below it
	case yaml.MappingNode:
		for i := 0; i+1 < len(node.Content) && err == nil; i += 2 {
			err = t.flattenNode(join(node.Content[i].Value), node.Content[i+1], depth+1)
		}
	case yaml.SequenceNode:
		for i := 0; i < len(node.Content) && err == nil; i++ {
			err = t.flattenNode(join(fmt.Sprint(i)), node.Content[i], depth+1)
		}
	case yaml.AliasNode:
		err = t.flattenNode(name, node.Alias, depth+1)
	case yaml.ScalarNode:
		text := node.Value
		if node.Tag == "!!null" {
			text = ""
		}
		t.values = append(t.values, value{name, text})
	}
	return err
}

// readEnv reads lines of NAME=value.
func readEnv(content []byte) ([]value, error) {
	return readLines(content, func(line string, _ *string) (value, bool) { return parseAssignment(line) })
}

// readINI reads lines of name = value below [sections].
func readINI(content []byte) ([]value, error) {
	return readLines(content, func(line string, section *string) (value, bool) {
		if strings.HasPrefix(line, "[") && strings.HasSuffix(line, "]") {
			*section = line[1 : len(line)-1]
			return value{}, false
		}
		v, ok := parseAssignment(line)
		v.name = strings.TrimPrefix(*section+"."+v.name, ".")
		return v, ok
	})
}

func readLines(content []byte, parse func(line string, section *string) (value, bool)) ([]value, error) {
	if bytes.IndexByte(content, 0) >= 0 {
		return nil, errors.New("it is not a text file")
	}
	var out []value
	var section string
	lines := bufio.NewScanner(bytes.NewReader(bytes.TrimPrefix(content, []byte("\ufeff"))))
	lines.Buffer(nil, 1<<20)
	for lines.Scan() {
		line := strings.TrimSpace(lines.Text())
		if line == "" || line[0] == '#' || line[0] == ';' {
			continue
		}
		if v, ok := parse(line, &section); ok {
			out = append(out, v)
		}
		if len(out) > maxValues {
			return nil, errTooMany
		}
	}
	return out, lines.Err()
}

// parseAssignment reads NAME=value with quotes and a trailing comment.
func parseAssignment(line string) (value, bool) {
	name, text, ok := strings.Cut(strings.TrimPrefix(line, "export "), "=")
	name, text = strings.TrimSpace(name), strings.TrimSpace(text)
	if !ok || name == "" {
		return value{}, false
	}
	if text != "" && (text[0] == '"' || text[0] == '\'') {
		if inner, _, closed := strings.Cut(text[1:], text[:1]); closed {
			return value{name, inner}, true
		}
	}
	if before, _, commented := strings.Cut(text, " #"); commented {
		text = strings.TrimSpace(before)
	}
	return value{name, text}, true
}

// readFirstOf reads a file in the first form in which it holds settings. The error is
// that of the first one.
func readFirstOf(readers ...func([]byte) ([]value, error)) func([]byte) ([]value, error) {
	return func(content []byte) ([]value, error) {
		var first error
		for _, read := range readers {
			values, err := read(content)
			if err == nil && len(values) > 0 {
				return values, nil
			}
			first = cmp.Or(first, err)
		}
		return nil, first
	}
}
