package audit

import (
	"bufio"
	"bytes"
	"errors"
	"fmt"
	"io"
)

// chain is a place between two lines.
type chain struct {
	seq  uint64
	hash string
	head head // with which the entry of its number is compared
	// anywhere: nothing is known of the lines before.
	anywhere bool
}

// chainStart is where the oldest file of a log may begin: at the first entry, or
// anywhere if files before it were dropped. That is so for one that was put aside
// with a number above 1; the newest file has the number 0.
func chainStart(number int) chain { return chain{hash: genesis, anywhere: number > 1} }

// fileSummary is the content of one file.
type fileSummary struct {
	chain
	first, last entry
	lines       int
	size        int64 // of whole lines
	torn        int64 // behind them
}

// verifyFile reads one file from its beginning, and checks that it goes on from a
// place in the chain. It stops at the first line that is wrong; the summary then
// covers the lines before it.
func verifyFile(r io.Reader, name string, at chain) (fileSummary, error) {
	p := fileSummary{chain: at}
	lines := bufio.NewReaderSize(r, maxLine)
	for {
		line, err := lines.ReadSlice('\n')
		if errors.Is(err, io.EOF) {
			p.torn = int64(len(line))
			return p, nil
		}
		if errors.Is(err, bufio.ErrBufferFull) {
			return p, p.brokenError(name, fmt.Sprintf("it is longer than %d bytes", maxLine))
		}
		if err != nil {
			return p, err
		}
		if err := p.acceptLine(bytes.TrimSuffix(line, []byte("\n"))); err != nil {
			return p, p.brokenError(name, err.Error())
		}
		p.size += int64(len(line))
	}
}

func (p *fileSummary) brokenError(name, reason string) error {
	return &BrokenError{File: name, Line: p.lines + 1, Reason: reason}
}

// acceptLine takes the next line.
func (p *fileSummary) acceptLine(line []byte) error {
	e, err := decodeLine(line)
	if err != nil {
		return err
	}
	switch {
	case p.anywhere && e.Seq == 0, p.anywhere && e.Seq == 1 && e.Prev != genesis:
		return errors.New("it is not how a log begins")
	case !p.anywhere && e.Seq != p.seq+1:
		return fmt.Errorf("it has the number %d where %d belongs", e.Seq, p.seq+1)
	case e.Seq == p.head.Seq && e.hash != p.head.Hash:
		return errors.New("it is another entry than the one that was written with this number")
	case !p.anywhere && e.Prev != p.hash:
		return errors.New("it does not continue the line before it")
	}
	if p.lines == 0 {
		p.first = e
	}
	p.lines++
	p.last = e
	p.chain = chain{seq: e.Seq, hash: e.hash, head: p.head}
	return nil
}
