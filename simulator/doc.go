// Package simulator is a pretend gemini.google.com.
package simulator
