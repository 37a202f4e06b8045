# geminid: build, try, test. `make help` lists the targets.

SHELL       := /bin/bash
.SHELLFLAGS := -o pipefail -c

GO      ?= go
VERSION ?= $(shell git describe --tags --always --dirty 2>/dev/null || echo devel)
COMMIT  ?= $(shell git rev-parse --short=12 HEAD 2>/dev/null)
LDFLAGS := -s -w -X main.version=$(VERSION) -X main.commit=$(COMMIT)
BIN     := bin

# What runs at start, rarely, or once in a whole answer is compiled without
# inlining, which makes geminid half a megabyte smaller.
RARE    := github.com/alecthomas/kong go.yaml.in/yaml/v3 github.com/wneessen/go-mail/... \
           github.com/santhosh-tekuri/jsonschema/v6/... golang.org/x/text/... html/template text/template/... google.golang.org/protobuf/... \
           $(addprefix github.com/geminid/geminid/,cmd/geminid daemon/... ops/... cookie/export cookie/sqlite upstream/simulator)
GCFLAGS := $(foreach p,$(RARE),-gcflags=$(p)=-l)

# Runs go test and ends with what failed, what was skipped and why, and a count.
TESTSUM := $(GO) run gotest.tools/gotestsum@v1.13.0 --format pkgname --

# The race detector needs a C compiler; without one the tests run all the same.
RACE := $(shell [ "$$($(GO) env CGO_ENABLED)" = 1 ] && command -v $$($(GO) env CC) >/dev/null 2>&1 && echo -race)

.DEFAULT_GOAL := help

.PHONY: help
help: ## List the targets.
	@awk -F ':.*## ' '/^[a-z0-9-]+:.*## / {printf "  %-17s %s\n", $$1, $$2}' $(MAKEFILE_LIST)

# What the toolchain notes of the commit depends on its environment; the linker is
# told instead.
.PHONY: build
build: ## Build geminid and gchat into bin/.
	CGO_ENABLED=0 $(GO) build -trimpath -buildvcs=false -tags '$(TAGS)' -ldflags '$(LDFLAGS)' $(GCFLAGS) -o $(BIN)/ ./cmd/geminid ./cmd/gchat

.PHONY: demo
demo: build ## Run everything on a built-in pretend upstream (DEMO_LISTEN, default 127.0.0.1:8100).
	@exec $(BIN)/geminid demo

.PHONY: test
test: race-note vet ## Run all tests, the official SDKs against the built binary included.
	$(TESTSUM) $(RACE) ./...
	cd e2e && $(TESTSUM) $(RACE) -count=1 ./conformance/...

.PHONY: test-short
test-short: ## Run the tests without the race detector, with short simulations: the inner loop.
	$(GO) test -short ./...

.PHONY: race-note
race-note:
	@[ -n "$(RACE)" ] || echo "no C compiler: the tests run without the race detector"

.PHONY: vet
vet: ## Check format and go vet; gchat also for the other systems, which it is built for too.
	@files=$$(gofmt -l $$(git ls-files '*.go')); [ -z "$$files" ] || { echo "not gofmt-ed: $$files"; exit 1; }
	$(GO) vet ./...
	cd e2e && $(GO) vet ./...
	@for target in $(GCHAT_TARGETS); do \
	  export CGO_ENABLED=0 GOOS=$${target%/*} GOARCH=$${target#*/}; \
	  $(GO) vet ./cmd/gchat/... ./cookie/... && $(GO) build -o /dev/null ./cmd/gchat || exit 1; done

# Lint also keeps the imports that docs/architecture.md draws.
GOLANGCI := $(GO) run github.com/golangci/golangci-lint/v2/cmd/golangci-lint@v2.15.0

.PHONY: lint
lint: ## Run the linters of .golangci.yml, and look for code that no program reaches.
	$(GOLANGCI) run ./...
	@dead=$$($(GO) run golang.org/x/tools/cmd/deadcode@v0.52.0 ./cmd/...) && [ -z "$$dead" ] || { echo "$$dead"; exit 1; }
	$(GO) mod tidy -diff

.PHONY: mutate
mutate: ## Run the tests on wrong programs (PACKAGES=..., default all) and write docs/mutants.md.
	$(GO) -C e2e build -o ../$(BIN)/mutants ./mutants && $(BIN)/mutants $(PACKAGES)

.PHONY: house
house: ## Measure the source tree: packages, imports, names, comments, mutants, dead code, duplicates.
	@$(GO) -C e2e build -o ../$(BIN)/house ./house && $(BIN)/house

.PHONY: sim
sim: ## Simulate 90 days with each of 20 seeds and print a table.
	@[ ! -w /dev/shm ] || export TMPDIR=/dev/shm; \
	GOGC=300 GEMINID_SIM_SEED=$${GEMINID_SIM_SEED:-1-20} GEMINID_SIM_DAYS=$${GEMINID_SIM_DAYS:-90} \
	  $(GO) test ./daemon -run '^TestNinetyDays$$' -count=1 -timeout 45m -v | grep -v -e '^=== ' -e '^ *--- PASS'

.PHONY: e2e
e2e: build ## Drive the finished binaries with real clients and faults.
	cd e2e && $(TESTSUM) -count=1 -timeout 25m ./...

.PHONY: dashboard-preview
dashboard-preview: build ## Draw the Grafana dashboard from a test run into docs/dashboard.png (a preview, not Grafana's own picture).
	cd e2e && $(GO) test -count=1 ./monitoring -run '^TestSessionDiesAndSomebodyIsTold$$' -preview '$(CURDIR)/docs/dashboard.png'

.PHONY: bench
bench: build ## Measure against a plain reverse proxy and print the targets beside the figures.
	cd e2e && $(GO) run ./bench

# Making an input small that is only interesting may take a minute by itself.
.PHONY: fuzz
fuzz: ## Fuzz every parser of foreign bytes for FUZZTIME each (default 60s).
	@$(GO) list -f '{{.Dir}} {{.ImportPath}}' ./... | while read -r dir pkg; do \
	  for f in $$(grep -ho '^func Fuzz[A-Za-z0-9_]*' $$dir/*_test.go 2>/dev/null | cut -c6-); do \
	    echo "== $$pkg $$f"; $(GO) test $$pkg -run '^$$' -fuzz "^$$f$$" -fuzztime $${FUZZTIME:-60s} -fuzzminimizetime 1s || exit 1; \
	  done; done

include packages/packages.mk

.PHONY: clean
clean: ## Remove what the targets made.
	rm -rf $(BIN) dist
