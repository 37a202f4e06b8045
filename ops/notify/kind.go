package notify

import "time"

// Kind is what an event is about.
type Kind string

// The kinds.
const (
	EndsSoon        Kind = "session_ends_soon"
	Expired         Kind = "session_expired"
	Blocked         Kind = "blocked"
	Unreadable      Kind = "session_unreadable" // what is saved of it cannot be read
	Recovered       Kind = "session_recovered"
	FileRejected    Kind = "file_rejected"
	FileAccepted    Kind = "file_accepted"
	RotationFailing Kind = "rotation_failing"
	RotationWorks   Kind = "rotation_works"
	SecondHolder    Kind = "second_holder"
	SoleHolder      Kind = "sole_holder" // ends SecondHolder; nobody needs to hear it
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

// trait is what the book and the channels must know of a kind.
type trait struct {
	urgency Urgency
	lasts   bool          // trouble that goes on until another kind ends it
	again   time.Duration // lasting trouble is told again after this; zero is never
	ends    []Kind        // troubles whose end it is
	covers  []Kind        // lesser troubles that are no news any more
	silent  bool          // no message goes out
}

var session = []Kind{EndsSoon, Expired, Blocked, Unreadable}

// traits is the table of kinds.
var traits = map[Kind]trait{
	EndsSoon:        {urgency: Warning, lasts: true, again: 24 * time.Hour, covers: []Kind{RotationFailing}},
	Expired:         {urgency: Critical, lasts: true, again: 24 * time.Hour, covers: []Kind{EndsSoon, Blocked, Unreadable, RotationFailing}},
	Blocked:         {urgency: Warning, lasts: true, covers: []Kind{RotationFailing}},
	Unreadable:      {urgency: Critical, lasts: true, again: 24 * time.Hour, covers: []Kind{EndsSoon, Blocked, RotationFailing}},
	Recovered:       {urgency: Info, ends: session},
	FileRejected:    {urgency: Warning, lasts: true},
	FileAccepted:    {urgency: Info, ends: []Kind{FileRejected}},
	RotationFailing: {urgency: Warning, lasts: true},
	RotationWorks:   {urgency: Info, ends: []Kind{RotationFailing}},
	SecondHolder:    {urgency: Warning, lasts: true},
	SoleHolder:      {ends: []Kind{SecondHolder}, silent: true},
	Removed:         {ends: []Kind{EndsSoon, Expired, Blocked, Unreadable, FileRejected, RotationFailing, SecondHolder}, silent: true},
	Report:          {urgency: Info},
	Test:            {urgency: Info},
}

// Event is how something stands. It holds no secret.
type Event struct {
	Kind    Kind
	Account string // empty when it is about none
	// Code names what happened where there is a list of names, such as the codes
	// of refused files. It finds the words in languages other than English.
	Code string
	// File names the file that the code is about, empty when there is none; Detail
	// does so by itself.
	File string
	// Detail says the same in a few English words; may be empty.
	Detail string
}
