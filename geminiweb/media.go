package geminiweb

import "context"

func (r *reading) deliver(ctx context.Context) *Error { return nil }
