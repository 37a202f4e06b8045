package geminiweb

import (
	"slices"

	"github.com/geminid/geminid/cookie"
)

// kept bounds what is remembered: eight accounts with a few generations each.
const kept = 64

// cache remembers a bounded number of things by a set's key and drops the one
// that was not asked for the longest. It needs the client's lock.
type cache[V any] struct {
	values map[cookie.Key]V
	order  []cookie.Key // the latest last
}

func (c *cache[V]) get(key cookie.Key) (V, bool) {
	v, ok := c.values[key]
	if ok && c.order[len(c.order)-1] != key {
		c.touch(key)
	}
	return v, ok
}

func (c *cache[V]) put(key cookie.Key, v V) {
	if c.values == nil {
		c.values = make(map[cookie.Key]V)
	}
	c.values[key] = v
	c.touch(key)
	if len(c.order) > kept {
		delete(c.values, c.order[0])
		c.order = slices.Delete(c.order, 0, 1)
	}
}

func (c *cache[V]) remove(key cookie.Key) {
	delete(c.values, key)
	c.order = slices.DeleteFunc(c.order, func(k cookie.Key) bool { return k == key })
}

func (c *cache[V]) touch(key cookie.Key) {
	c.order = append(slices.DeleteFunc(c.order, func(k cookie.Key) bool { return k == key }), key)
}
