package geminiweb

import (
	"net/http"
	"net/url"
	"time"

	"github.com/geminid/geminid/chat/media"
	"github.com/geminid/geminid/cookie"
)

// CookieHeader is the Cookie header for an address.
func CookieHeader(set cookie.Set, u *url.URL) string { return cookieHeader(set, u, false, time.Time{}) }

// Fresh lists the names of the cookies taken from an answer, the PSIDTS first.
func Fresh(resp *http.Response, now time.Time) (names []string) {
	psidts, extra, _ := freshCookies(resp, now)
	if !psidts.IsZero() {
		names = append(names, cookie.NamePSIDTS)
	}
	for _, e := range extra {
		names = append(names, e.Name)
	}
	return names
}

// RetryAfter exposes retryAfter.
func RetryAfter(value string, now time.Time) time.Duration { return retryAfter(value, now) }

// AnsweredAt exposes answeredAt.
func AnsweredAt(header http.Header, now time.Time) time.Time { return answeredAt(header, now) }

// Sized exposes sizedLink.
func Sized(link string) string {
	u, err := url.Parse(link)
	if err != nil {
		panic(err)
	}
	return sizedLink(u, pictureSize).String()
}

// PictureName makes a plain file name.
func PictureName(name, kind string) string { return plainName(name) + media.FileExtension(kind) }
