package page_test

import (
	"fmt"
	"net/http"
	"net/http/httptest"
	"strings"

	"github.com/geminid/geminid/gateway/page"
)

func ExampleServePage() {
	handler := http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		view := page.View{State: "healthy", Word: "valid", Ready: true, Base: "http://127.0.0.1:8100", Models: []string{"gemini-2.5-flash"}}
		if err := page.ServePage(w, r, view); err != nil {
			http.Error(w, err.Error(), http.StatusInternalServerError)
		}
	})
	request := httptest.NewRequest(http.MethodGet, "/", nil)
	request.Header.Set("Accept-Language", "zh-CN")
	w := httptest.NewRecorder()
	handler.ServeHTTP(w, request)
	fmt.Println(w.Code, w.Header().Get("Content-Language"), strings.Contains(w.Body.String(), "有效"))
	// Output: 200 zh true
}
