package export

import (
	"errors"
	"net/url"
	"strings"

	"github.com/geminid/geminid/cookie"
	"github.com/geminid/geminid/cookie/sqlite"
)

// millisSince is the schema version since which Firefox counts expiries in
// milliseconds; before, it was seconds.
const millisSince = 16

const walHint = "If Firefox was running, its newest values may still be in cookies.sqlite-wal: close Firefox first, then copy the file."

// parseFirefox reads Firefox's own cookies.sqlite.
func parseFirefox(data string, found *list) *cookie.Rejection {
	db, err := sqlite.Open(data)
	if err != nil {
		return databaseFault(err)
	}
	tables, err := db.Tables()
	if err != nil {
		return databaseFault(err)
	}
	cookies, ok := tables["moz_cookies"]
	if !ok {
		return otherDatabase(db, tables)
	}
	if db.WAL {
		found.hint = walHint
		found.warn(cookie.WarnPendingWAL, walHint)
	}
	err = db.ReadRows(cookies, func(row []sqlite.Field) {
		if e, ok := firefoxCookie(db, cookies.Columns, row); ok {
			found.add(e)
		}
	})
	if err != nil {
		return databaseFault(err)
	}
	return nil
}

func databaseFault(err error) *cookie.Rejection {
	if errors.Is(err, sqlite.ErrCut) {
		return cookie.Reject(cookie.CodeTruncated, "is a database that ends too early. If it is still uploading, wait; otherwise copy it again.")
	}
	return cookie.Reject(cookie.CodeMalformed, "is a damaged database. Close the browser, then copy the file again.")
}

// otherDatabase refuses a database that is not Firefox's and names its kind. It also
// refuses that of a young profile, all of which is in its -wal file.
func otherDatabase(db *sqlite.Database, tables map[string]sqlite.Table) *cookie.Rejection {
	_, chrome := tables["cookies"]
	if _, meta := tables["meta"]; chrome || meta {
		return cookie.Reject(cookie.CodeChromeEncrypted, "is Chrome's own database; its values are encrypted to that computer. "+
			"Use a cookie export extension or Copy as cURL.")
	}
	none := cookie.Reject(cookie.CodeMalformed, "is a database without cookies (no table moz_cookies). In the Firefox profile, take cookies.sqlite.")
	if db.WAL {
		none.Message += " " + walHint
	}
	return none
}

// firefoxCookie reads one row.
func firefoxCookie(db *sqlite.Database, columns []string, row []sqlite.Field) (e entry, ok bool) {
	for i, f := range row {
		if i == len(columns) {
			break
		}
		switch columns[i] {
		case "name":
			e.name = f.Text()
		case "value":
			e.value = f.Text()
		case "host":
			e.domain = f.Text()
		case "path":
			e.path = f.Text()
		case "expiry":
			if db.UserVersion >= millisSince {
				f.Integer /= 1000
			}
			e.expires = expirySeconds(f.Integer)
		case "originattributes":
			if f.IsText {
				var partitioned bool
				e.store, partitioned = container(f.Text())
				e.partitioned = e.partitioned || partitioned
			}
		case "ispartitionedattributeset":
			e.partitioned = e.partitioned || f.Integer != 0
		}
	}
	return e, e.name != ""
}

// container reads Firefox's origin attributes: which container a cookie
// belongs to, and whether it is a copy for another top-level site.
func container(attributes string) (saved string, partitioned bool) {
	values, err := url.ParseQuery(strings.TrimPrefix(attributes, "^"))
	if err != nil {
		return "", true
	}
	if values.Get("partitionKey") != "" {
		return "", true
	}
	if first := values.Get("firstPartyDomain"); first != "" && bareDomain(first) != site {
		return "", true
	}
	saved = values.Get("userContextId")
	if saved == "" {
		saved = "0"
	}
	if values.Get("privateBrowsingId") != "" {
		saved = "private"
	}
	return saved, false
}
