package simulator

import "time"

// Kind is the effect of a fault.
type Kind string

// The kinds. A kind that makes no sense for an operation does nothing there.
const (
	// Any operation.
	Latency   Kind = "latency"   // wait Delay, then go on
	Outage    Kind = "outage"    // connection refused; over TCP the connection breaks before a byte
	Reset     Kind = "reset"     // connection reset after Bytes of the body
	Lost      Kind = "lost"      // the call takes effect and its answer is gone: silence for Delay, then a gateway's Code, or a reset
	Status    Kind = "status"    // answer with Code, Header and Body
	Truncate  Kind = "truncate"  // the body ends after Bytes, as if it were whole
	Stall     Kind = "stall"     // silence after Bytes of the body, until the client leaves
	Empty     Kind = "empty"     // 200 without a body
	HTML      Kind = "html"      // 200 with a sign-in page in place of the answer
	Compress  Kind = "gzip"      // gzip for those who accept it
	Chopped   Kind = "chop"      // pieces of 1 to Bytes bytes
	Guest     Kind = "guest"     // treat the client as signed out
	Login     Kind = "login"     // 302 to the sign-in page
	Sorry     Kind = "sorry"     // 302 to the captcha page, which answers 429
	Block     Kind = "block"     // the address is blocked: sorry pages, 429s, code 1060
	Malformed Kind = "malformed" // the second frame holds broken JSON
	LengthOff Kind = "length"    // frame lengths are wrong by Code (0: 1)

	// The app page.
	Drift        Kind = "drift"        // a page without any known key
	NoToken      Kind = "no_token"     // signed in, but no SNlM0e
	ConsentPage  Kind = "consent"      // 302 to the consent host
	ConsentFlag  Kind = "consent_flag" // the page says that consent is still to be given
	BuildChanged Kind = "build"        // another build label, Value or one made up
	Release      Kind = "release"      // a release: build label Value or one made up; StreamGenerate with another is answered Code (0: 405)
	Identity     Kind = "identity"     // the page shows account Value

	// Rotation.
	NoValue  Kind = "no_value" // 200 without a PSIDTS
	Interval Kind = "interval" // identity.hfcr is Code; 2147483647 means never

	// RPCs.
	AccountStatus Kind = "account_status" // otAQ7b says Code
	RPCRefused    Kind = "rpc_refused"    // row with a bare status Code (0: 7)
	AnyToken      Kind = "any_token"      // as Config.TokenOptional
	HandOut       Kind = "hand_out_token" // as Config.HandOutToken

	// StreamGenerate.
	ErrorCode     Kind = "error"        // code Code; Value first (default), late, trailing
	BareStatus    Kind = "bare_status"  // row with a bare status Code
	OtherModel    Kind = "model"        // model Value answers (empty: another on offer)
	FollowUpLimit Kind = "follow_up"    // 1097 on follow-ups, first turns are fine
	Cut           Kind = "cut"          // ends without the completion mark, saved in the history
	HiddenModel   Kind = "hide_model"   // as Config.HideModel
	TempRefused   Kind = "temporary"    // as Config.RefuseTemporaryPictures
	OneWindow     Kind = "one_window"   // a temporary chat ends the account's former one in mid-answer
	LatePicture   Kind = "late_picture" // pictures come in a row behind the finished text

	// Media.
	Pending Kind = "pending" // 206
	Expired Kind = "expired" // links are dead
)

// kinds lists them all, for the remote control.
var kinds = []Kind{
	Latency, Outage, Reset, Lost, Status, Truncate, Stall, Empty, HTML, Compress, Chopped, Guest, Login, Sorry, Block,
	Malformed, LengthOff, Drift, NoToken, ConsentPage, ConsentFlag, BuildChanged, Release, Identity, NoValue, Interval,
	AccountStatus, RPCRefused, AnyToken, HandOut, ErrorCode, BareStatus, OtherModel, FollowUpLimit, Cut,
	HiddenModel, TempRefused, OneWindow, LatePicture, Pending, Expired,
}

// Fault is one thing that goes wrong. Its zero filters match every call.
type Fault struct {
	// Name identifies the fault; SetFault replaces one of the same name.
	// "" makes a name from kind, first operation and From.
	Name string
	Kind Kind
	// Operations limits it to these; an RPC id counts as an operation too.
	Operations []Operation
	// Session limits it to the session of this name, Model to answers by it.
	Session, Model string
	// Skip spares the first matching calls. Every hits only each Nth of the
	// others (2 flaps), starting with the first. Count heals the fault after so
	// many hits. 0 turns each of them off.
	Skip, Every, Count int
	// From and Until limit it in time; a zero time is no limit.
	From, Until time.Time
	// The parameters of the kind: see there.
	Delay  time.Duration
	Code   int
	Bytes  int
	Value  string
	Body   string
	Header map[string]string
}
