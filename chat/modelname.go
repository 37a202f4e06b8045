package chat

import "strings"

const modelNameBytes = "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789._-/:@+ "

// IsModelName reports whether a model may have that name: up to 128 letters, digits,
// blanks and ._-/:@+ such that it can be asked for in every path of every dialect. So
// it does not begin or end with a blank, a slash or a colon, has no two slashes in a
// row, and does not begin with "models/", which clients write before any name.
func IsModelName(name string) bool {
	return name != "" && len(name) <= 128 && strings.Trim(name, modelNameBytes) == "" &&
		strings.Trim(name, "/: ") == name && !strings.Contains(name, "//") &&
		!strings.Contains("/"+name+"/", "/../") && !strings.Contains("/"+name+"/", "/./") &&
		!strings.HasPrefix(name, "models/") && !strings.HasPrefix(name, "tunedModels/")
}
