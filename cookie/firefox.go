package cookie

import (
	"errors"
	"net/url"
	"strings"
)

// millisSince is the schema version since which Firefox counts expiries in
// milliseconds; before, it was seconds.
const millisSince = 16

const walHint = "If Firefox was running, its newest values may still be in cookies.sqlite-wal: close Firefox first, then copy the file."

// parseFirefox reads Firefox's own cookies.sqlite.
func parseFirefox(data string, found *list) *Rejection {
	db, err := openDatabase(data)
	if err != nil {
		return databaseFault(err)
	}
	tables, err := db.tables()
	if err != nil {
		return databaseFault(err)
	}
	cookies, ok := tables["moz_cookies"]
	if !ok {
		return otherDatabase(db, tables)
	}
	if db.wal {
		found.hint = walHint
		found.warn(WarnPendingWAL, walHint)
	}
	err = db.rows(cookies, func(row []field) {
		if e, ok := firefoxCookie(db, cookies.columns, row); ok {
			found.add(e)
		}
	})
	if err != nil {
		return databaseFault(err)
	}
	return nil
}

func databaseFault(err error) *Rejection {
	if errors.Is(err, errCut) {
		return reject(CodeTruncated, "is a database that ends too early. If it is still uploading, wait; otherwise copy it again.")
	}
	return reject(CodeMalformed, "is a damaged database. Close the browser, then copy the file again.")
}

// otherDatabase says what a database is that is not Firefox's, or not yet: all
// of a young profile is in its -wal file.
func otherDatabase(db *database, tables map[string]table) *Rejection {
	_, chrome := tables["cookies"]
	if _, meta := tables["meta"]; chrome || meta {
		return reject(CodeChromeEncrypted, "is Chrome's own database; its values are encrypted to that computer. "+
			"Use a cookie export extension or Copy as cURL.")
	}
	none := reject(CodeMalformed, "is a database without cookies (no table moz_cookies). In the Firefox profile, take cookies.sqlite.")
	if db.wal {
		none.Message += " " + walHint
	}
	return none
}

// firefoxCookie reads one row.
func firefoxCookie(db *database, columns []string, row []field) (e entry, ok bool) {
	for i, f := range row {
		if i == len(columns) {
			break
		}
		switch columns[i] {
		case "name":
			e.name = f.text()
		case "value":
			e.value = f.text()
		case "host":
			e.domain = f.text()
		case "path":
			e.path = f.text()
		case "expiry":
			if db.userVersion >= millisSince {
				f.integer /= 1000
			}
			e.expires = expirySeconds(f.integer)
		case "originattributes":
			if f.isText {
				var partitioned bool
				e.store, partitioned = container(f.text())
				e.partitioned = e.partitioned || partitioned
			}
		case "ispartitionedattributeset":
			e.partitioned = e.partitioned || f.integer != 0
		}
	}
	return e, e.name != ""
}

// container reads Firefox's origin attributes: which container a cookie
// belongs to, and whether it is a copy for another top-level site.
func container(attributes string) (store string, partitioned bool) {
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
	store = values.Get("userContextId")
	if store == "" {
		store = "0"
	}
	if values.Get("privateBrowsingId") != "" {
		store = "private"
	}
	return store, false
}
