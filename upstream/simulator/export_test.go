package simulator

// Kinds lists every kind of fault.
func Kinds() []Kind { return kinds }

// Keyword is a word in square brackets that a prompt may hold.
type Keyword = keyword

// Keywords lists what a prompt can ask for, in the order of the table.
func Keywords() []Keyword { return keywords }
