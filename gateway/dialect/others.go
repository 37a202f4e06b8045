package dialect

import "slices"

// DropOthers notes the fields that only objects of another kind have a use for, as those
// of a call in a message of the user: all but names, and those for files if files
// is set. One that holds a file is an error.
func (o Object) DropOthers(files bool, names ...string) error {
	if o.ignored == nil {
		return nil
	}
	var others []string
	for name := range o.fields {
		if slices.Contains(names, name) {
			continue
		}
		if row := o.table.findField(name); row != nil && (!files || !row.Files) {
			others = append(others, name)
		}
	}
	slices.Sort(others)
	for _, name := range others {
		if n := o.Field(name); !n.IsAbsent() {
			if err := o.passUnknown(name, n); err != nil {
				return err
			}
		}
	}
	return nil
}
