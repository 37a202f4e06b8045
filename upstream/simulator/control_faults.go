package simulator

import (
	"fmt"
	"net/http"
	"slices"
	"time"
)

// shownFault is a Fault on the wire, with its counts.
type shownFault struct {
	Name       string            `json:"name,omitempty"`
	Kind       Kind              `json:"kind"`
	Operations []Operation       `json:"operations,omitempty"`
	Session    string            `json:"session,omitempty"`
	Model      string            `json:"model,omitempty"`
	Skip       int               `json:"skip,omitempty"`
	Every      int               `json:"every,omitempty"`
	Count      int               `json:"count,omitempty"`
	From       time.Time         `json:"from,omitzero"`
	Until      time.Time         `json:"until,omitzero"`
	Delay      span              `json:"delay,omitzero"`
	Code       int               `json:"code,omitempty"`
	Bytes      int               `json:"bytes,omitempty"`
	Value      string            `json:"value,omitempty"`
	Body       string            `json:"body,omitempty"`
	Header     map[string]string `json:"header,omitempty"`
	Seen       int               `json:"seen,omitempty"`
	Hits       int               `json:"hits,omitempty"`
}

func (s *Simulator) shownFaults() []shownFault {
	out := []shownFault{}
	for _, f := range s.Faults() {
		out = append(out, shownFault{f.Name, f.Kind, f.Operations, f.Session, f.Model, f.Skip, f.Every, f.Count,
			f.From, f.Until, span(f.Delay), f.Code, f.Bytes, f.Value, f.Body, f.Header, f.Seen, f.Hits})
	}
	return out
}

// toFault checks and converts a fault from the wire.
func (w shownFault) toFault() (Fault, error) {
	switch {
	case !slices.Contains(kinds, w.Kind):
		return Fault{}, badInput{fmt.Errorf("there is no fault kind %q; the kinds are %q", w.Kind, kinds)}
	case w.Kind == Status && (w.Code < 200 || w.Code > 599):
		return Fault{}, badInput{fmt.Errorf("a status fault needs a code from 200 to 599, not %d", w.Code)}
	case w.Kind == Lost && w.Code != 0 && (w.Code < 200 || w.Code > 599):
		return Fault{}, badInput{fmt.Errorf("a lost fault needs no code, or one from 200 to 599, not %d", w.Code)}
	case w.Skip < 0 || w.Every < 0 || w.Count < 0 || w.Bytes < 0 || w.Delay < 0:
		return Fault{}, badInput{fmt.Errorf("the numbers of fault %q must not be negative", w.Kind)}
	}
	return Fault{w.Name, w.Kind, w.Operations, w.Session, w.Model, w.Skip, w.Every, w.Count,
		w.From, w.Until, time.Duration(w.Delay), w.Code, w.Bytes, w.Value, w.Body, w.Header}, nil
}

func (s *Simulator) postFault(r *http.Request) (any, error) {
	var in shownFault
	if err := readJSON(r, &in); err != nil {
		return nil, err
	}
	f, err := in.toFault()
	if err != nil {
		return nil, err
	}
	s.SetFault(f)
	return s.shownFaults(), nil
}

// putFaults replaces all faults, or none if one of the list is wrong.
func (s *Simulator) putFaults(r *http.Request) (any, error) {
	var in []shownFault
	if err := readJSON(r, &in); err != nil {
		return nil, err
	}
	fs := make([]Fault, len(in))
	for i, w := range in {
		var err error
		if fs[i], err = w.toFault(); err != nil {
			return nil, err
		}
	}
	s.ClearFaults()
	for _, f := range fs {
		s.SetFault(f)
	}
	return s.shownFaults(), nil
}

func (s *Simulator) deleteFault(r *http.Request) (any, error) {
	if name := r.PathValue("name"); !s.ClearFault(name) {
		return nil, fmt.Errorf("there is no fault %q", name)
	}
	return s.shownFaults(), nil
}
