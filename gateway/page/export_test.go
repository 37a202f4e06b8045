package page

// Script is the page's script.
func Script() string { return script }

// Texts are all texts by language and key.
func Texts() map[string]map[string]string {
	all := make(map[string]map[string]string)
	for _, l := range allLocales() {
		all[l.name] = l.texts
	}
	return all
}
