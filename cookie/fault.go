package cookie

// Fault names why the upstream cannot be reached. It is the reason behind
// [Offline], a label of metrics and a field of the status. The zero value is no
// fault.
type Fault string

// The faults. In all of them no question came as far as the upstream.
const (
	FaultDNS     Fault = "dns"      // the upstream's name is not found
	FaultRefused Fault = "refused"  // its address refuses connections
	FaultTimeout Fault = "timeout"  // its address does not answer
	FaultRoute   Fault = "no_route" // this machine knows no way to it
	FaultReset   Fault = "reset"    // connections are cut before they are secured
	FaultTLS     Fault = "tls"      // the server there cannot prove that it is the upstream
	FaultProxy   Fault = "proxy"    // the proxy cannot be reached, or does not connect
	FaultPortal  Fault = "portal"   // a portal of the network answers in its place
	FaultOther   Fault = "other"
)

// Faults returns every fault. The caller owns the slice.
func Faults() []Fault {
	return []Fault{FaultDNS, FaultRefused, FaultTimeout, FaultRoute, FaultReset, FaultTLS, FaultProxy, FaultPortal, FaultOther}
}

var faultCauses = map[Fault]string{
	FaultDNS: "its name is not found", FaultRefused: "the connection is refused", FaultTimeout: "no connection within the time limit",
	FaultRoute: "there is no route to it", FaultReset: "the connection is cut before it is secured",
	FaultTLS: "its certificate is not accepted", FaultProxy: "the proxy does not connect",
	FaultPortal: "a portal of this network answers in its place", FaultOther: "no connection comes about",
}

// Cause describes the fault in half an English sentence; it is empty for no fault.
func (f Fault) Cause() string {
	if cause, ok := faultCauses[f]; ok {
		return cause
	}
	if f == "" {
		return ""
	}
	return faultCauses[FaultOther]
}
