package status

import "github.com/geminid/geminid/cookie"

// Fault names why the upstream cannot be reached. Clients that import this package
// alone know it by this name.
type Fault = cookie.Fault
