package cookie

import (
	"fmt"
	"io/fs"
)

// Code names the kind of a rejection (E_…) or of a warning (W_…). Codes are
// stable: they appear in the API, in metrics and in documentation.
type Code string

// Why a file of cookies is refused, by where that is found out.
const (
	// The text, in cookie/export: size.go, binary.go, decode.go, encrypted.go, and the file of each format.
	CodeEmpty           Code = "E_EMPTY"            // no bytes, only blanks, or an export with nothing in it
	CodeTruncated       Code = "E_TRUNCATED"        // ends in the middle of an entry; may still be arriving
	CodeTooBig          Code = "E_TOO_BIG"          // more bytes or more cookies than any export has
	CodeBinary          Code = "E_BINARY"           // not text: an archive, an image, NUL bytes
	CodeHTML            Code = "E_HTML"             // a saved web page
	CodeMalformed       Code = "E_PARSE"            // no known format, or broken in its own format
	CodeHARSanitized    Code = "E_HAR_SANITIZED"    // a HAR whose cookies the browser left out
	CodeChromeEncrypted Code = "E_CHROME_ENCRYPTED" // Chrome's own database
	CodeEncrypted       Code = "E_ENCRYPTED"        // an export that its program encrypted

	// The session among the cookies: pick in cookie/export/pick.go.
	CodeMultiAccount Code = "E_MULTI_ACCOUNT" // more than one session, and no telling which
	CodeExpired      Code = "E_EXPIRED"       // PSID's own expiry is past

	// No session among them: noSession in cookie/export/nosession.go.
	CodeWrongDomain Code = "E_WRONG_DOMAIN" // PSID of another site, or nothing of google.com
	CodeSignedOut   Code = "E_SIGNED_OUT"   // only cookies that every visitor has
	CodeNoPSID      Code = "E_NO_PSID"      // google.com, but without the session

	// The values: checkValues in cookie/export/check.go.
	CodePlaceholder Code = "E_PLACEHOLDER" // the example text of a template
	CodeSwapped     Code = "E_SWAPPED"     // PSID and PSIDTS in each other's place
	CodeBadValue    Code = "E_BAD_VALUE"   // a value that cannot be sent in a header

	// The file itself: cookie/inbox, scan.go and reject.go.
	CodeNotReadable Code = "E_PERM"       // the file's permissions keep us out
	CodeNoFile      Code = "E_NOT_A_FILE" // a link that leads out, a directory, a device

	// The upstream, and the accounts there are: supervisor/offer.go.
	CodeTooMany        Code = "E_TOO_MANY"         // no room for one more account
	CodeOtherAccount   Code = "E_OTHER_ACCOUNT"    // asked for an account that is another Google account's
	CodeProbeSignedOut Code = "E_PROBE_SIGNED_OUT" // well-formed, but Google says signed out
)

// Warnings about a file that is accepted.
const (
	WarnTSExpired       Code = "W_TS_EXPIRED"       // PSIDTS is past its expiry and was left out
	WarnNoPSIDTS        Code = "W_NO_PSIDTS"        // there is no PSIDTS
	WarnDuplicate       Code = "W_DUPLICATE"        // PSIDTS is there more than once, with different values
	WarnSpacesForTabs   Code = "W_SPACES_FOR_TABS"  // a Netscape file whose tabs became spaces
	WarnGuessedEncoding Code = "W_GUESSED_ENCODING" // UTF-16 without a byte order mark
	WarnHTMLUnescaped   Code = "W_HTML_UNESCAPED"   // quotes were written as HTML entities
	WarnNameCase        Code = "W_NAME_CASE"        // a cookie's name in other letter case
	WarnOtherUser       Code = "W_OTHER_USER"       // asks for another than the first account of the browser
	WarnPendingWAL      Code = "W_PENDING_WAL"      // newer values may be in the database's -wal file
)

// Rejection says why a file of cookies is not used. Its message is one line for the
// person who dropped the file: the finding, the name of the file, and the remedy. It
// never holds a value.
type Rejection struct {
	Code    Code
	Message string
}

// Error implements error with the message.
func (r *Rejection) Error() string { return r.Message }

// Line returns the message behind its code, for where a person reads it alone.
func (r *Rejection) Line() string {
	if r.Code == "" {
		return r.Message
	}
	return string(r.Code) + ": " + r.Message
}

// Warning is a remark about an accepted file, in the manner of a Rejection.
type Warning struct {
	Code    Code   `json:"code"`
	Message string `json:"message"`
}

// Reject makes a rejection whose message still lacks its subject: [Rejection.InFile]
// puts the file's name before it. Arguments must be numbers, constants or the results
// of the shown… functions, never bytes of the file.
func Reject(code Code, format string, args ...any) *Rejection {
	return &Rejection{Code: code, Message: fmt.Sprintf(format, args...)}
}

// InFile returns the rejection with the file as the subject of its sentence.
func (r *Rejection) InFile(name string) *Rejection {
	return &Rejection{Code: r.Code, Message: ShownFile(name) + " " + r.Message}
}

// RejectSignedOut is the verdict on a well-formed file whose session Google
// does not accept from this machine.
func RejectSignedOut(name string) *Rejection {
	return Reject(CodeProbeSignedOut, "is well-formed, but Google answers as signed out from this server. "+
		"Usual causes: the browser was left open and renewed the session; signed out since; "+
		"exported on another IP; signed in there beside other accounts, of which the first is signed out (/u/1); a device-bound session (recent Chrome or Edge: export from Firefox or a private window).").InFile(name)
}

// RejectTooMany is the verdict on a file that would make one account more than
// limit.
func RejectTooMany(name string, limit int) *Rejection {
	return Reject(CodeTooMany, "belongs to a new account, but %d accounts are in use already. "+
		"Remove one with `geminid cookies remove ACCOUNT`, then save the file again.", limit).InFile(name)
}

// RejectOtherAccount is the verdict on a file that was asked to go to an account
// that holds another Google account.
func RejectOtherAccount(name, account string) *Rejection {
	return Reject(CodeOtherAccount, "is of another Google account than %s. Import it under another name, or under none to keep both; "+
		"when it is in use, `geminid cookies remove %[1]s` ends the other one.", account).InFile(name)
}

// RejectMixed is the verdict on a file that holds the session of an account,
// which answers as another Google account than before.
func RejectMixed(name, account string) *Rejection {
	return Reject(CodeOtherAccount, "holds the session of %s, but Google answers as another account than before. "+
		"Export again from a browser profile that is signed in to one account only.", account).InFile(name)
}

// Unreadable describes a file that may not be opened.
type Unreadable struct {
	Path    string      // full path, shown in the command to run
	UID     int         // the user id of the one who may not
	OwnerID int         // the file's owner, negative when unknown
	Owner   string      // the owner's name or number; empty when unknown
	Mode    fs.FileMode // the file's permissions
}

// RejectUnreadable is the verdict on a file that exists but may not be read.
func RejectUnreadable(u Unreadable) *Rejection {
	owner := u.Owner
	if owner == "" {
		owner = "unknown"
	}
	// Root may run this in a directory that others write to, where the file may be a
	// link by then: chown follows none, and u+r gives nothing but to the file's owner.
	remedy := fmt.Sprintf("Run as root: chown -h %d %s", u.UID, ShownPath(u.Path))
	if u.OwnerID == u.UID {
		remedy = "Run: chmod u+r " + ShownPath(u.Path)
	}
	return Reject(CodeNotReadable, "exists, but uid %d may not read it (owner %s, mode %04o). %s",
		u.UID, owner, u.Mode.Perm(), remedy).InFile(u.Path)
}
