package notify

import "time"

// Kind is the subject of an event.
type Kind string

// The kinds.
const (
	EndsSoon        Kind = "session_ends_soon"
	Expired         Kind = "session_expired"
	Blocked         Kind = "blocked"
	Unreadable      Kind = "session_unreadable" // its saved state cannot be read
	Recovered       Kind = "session_recovered"
	FileRejected    Kind = "file_rejected"
	FileAccepted    Kind = "file_accepted"
	RotationFailing Kind = "rotation_failing"
	RotationWorks   Kind = "rotation_works"
	Unreachable     Kind = "upstream_unreachable"
	Reachable       Kind = "upstream_reachable"
	SecondHolder    Kind = "second_holder"
	SoleHolder      Kind = "sole_holder" // resolves SecondHolder without a message
	QuotaLow        Kind = "quota_low"   // little is left of the week's allowance
	QuotaFine       Kind = "quota_fine"  // resolves QuotaLow without a message
	Removed         Kind = "removed"     // the account is gone by command, its troubles with it
	Report          Kind = "report"
	Test            Kind = "test"
)

// Urgency is how much a message presses.
type Urgency string

// The urgencies.
const (
	Critical Urgency = "critical"
	Warning  Urgency = "warning"
	Info     Urgency = "info"
)

// policy is how the delivery log and the channels treat a kind.
type policy struct {
	urgency     Urgency
	lasting     bool          // trouble that goes on until another kind resolves it
	repeatAfter time.Duration // lasting trouble is notified again after this; zero is never
	resolves    []Kind        // troubles that it ends
	supersedes  []Kind        // lesser troubles that need no notice of their own any more
	silent      bool          // no message goes out
}

var sessionTroubles = []Kind{EndsSoon, Expired, Blocked, Unreadable}

// urgencyOf is how much an event presses: nothing is critical while others serve.
func urgencyOf(e Event) Urgency {
	if u := policies[e.Kind].urgency; u != Critical || !e.Others {
		return u
	}
	return Warning
}

// policies is the table of kinds.
var policies = map[Kind]policy{
	EndsSoon:        {urgency: Warning, lasting: true, repeatAfter: 24 * time.Hour, supersedes: []Kind{RotationFailing}},
	Expired:         {urgency: Critical, lasting: true, repeatAfter: 24 * time.Hour, supersedes: []Kind{EndsSoon, Blocked, Unreadable, RotationFailing}},
	Blocked:         {urgency: Warning, lasting: true, supersedes: []Kind{RotationFailing}},
	Unreadable:      {urgency: Critical, lasting: true, repeatAfter: 24 * time.Hour, supersedes: []Kind{EndsSoon, Blocked, RotationFailing}},
	Recovered:       {urgency: Info, resolves: sessionTroubles},
	FileRejected:    {urgency: Warning, lasting: true},
	FileAccepted:    {urgency: Info, resolves: []Kind{FileRejected}},
	RotationFailing: {urgency: Warning, lasting: true},
	RotationWorks:   {urgency: Info, resolves: []Kind{RotationFailing}},
	Unreachable:     {urgency: Critical, lasting: true, repeatAfter: 24 * time.Hour},
	Reachable:       {urgency: Info, resolves: []Kind{Unreachable}},
	SecondHolder:    {urgency: Warning, lasting: true},
	SoleHolder:      {resolves: []Kind{SecondHolder}, silent: true},
	QuotaLow:        {urgency: Warning, lasting: true},
	QuotaFine:       {resolves: []Kind{QuotaLow}, silent: true},
	Removed:         {resolves: []Kind{EndsSoon, Expired, Blocked, Unreadable, FileRejected, RotationFailing, SecondHolder, QuotaLow}, silent: true},
	Report:          {urgency: Info},
	Test:            {urgency: Info},
}

// Event is how something stands. It holds no secret.
type Event struct {
	Kind    Kind
	Account string // empty if it is about none
	// Code names the event if there is a list of names, such as the codes of refused
	// files. It finds the words in languages other than English.
	Code string
	// File names the file that the code is about, empty if there is none; Detail
	// names it by itself.
	File string
	// Others says that other accounts serve requests meanwhile.
	Others bool
	// Detail says the same in a few English words; may be empty.
	Detail string
}
