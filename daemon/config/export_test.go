package config

// SetServiceConfig puts another path in place of the installed service's
// configuration and returns how to undo it.
func SetServiceConfig(path string) (undo func()) {
	old := serviceConfig
	serviceConfig = path
	return func() { serviceConfig = old }
}

// SetServiceKeys puts another path in place of the service's credential of keys
// and returns how to undo it.
func SetServiceKeys(path string) (undo func()) {
	old := serviceKeys
	serviceKeys = path
	return func() { serviceKeys = old }
}
