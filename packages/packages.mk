# What is handed out: a tree to install, packages, an image. Everything is made
# from what install puts into a folder, and the same commit gives the same bytes.

DESTDIR ?=
PREFIX  ?= /usr
DIST    := dist
STAGE   := $(DIST)/root
NFPM    := $(GO) run github.com/goreleaser/nfpm/v2/cmd/nfpm@v2.44.2
# It reads the programs themselves. The list names the tool with its own hash, so that
# it is built without paths.
GOMOD_SBOM := $(GO) run -trimpath github.com/CycloneDX/cyclonedx-gomod/cmd/cyclonedx-gomod@v1.10.0
ARCH    ?= $(shell $(GO) env GOARCH)

# Times in packages are that of the commit.
export SOURCE_DATE_EPOCH ?= $(shell git log -1 --format=%ct 2>/dev/null || echo 0)

# Packages want a number first that grows: v1.2.3-4-gabc is after 1.2.3, v1.2.3-rc1
# before it, and a bare commit, by its time, before all.
STAMP           := $(shell date -u -d '@$(SOURCE_DATE_EPOCH)' +%Y%m%d%H%M%S)
PACKAGE_VERSION := $(shell echo '$(VERSION)' | sed -E 's/^v//; s/-dirty$$/+dirty/; s/-([0-9]+)-g/+\1.g/; s/-/~/g; /^[0-9a-f]{7,40}(\+dirty)?$$/s/^/g/; /^[0-9]+\./!s/^/0~$(STAMP)./')

.PHONY: package-version
package-version: ## Print the version that packages of this commit have.
	@echo '$(PACKAGE_VERSION)'

.PHONY: install
install: build ## Install programs, units, man pages, completions and examples below DESTDIR.
	install -d $(DESTDIR)$(PREFIX)/bin $(DESTDIR)/etc/geminid
	install -m 755 $(BIN)/geminid $(BIN)/gchat $(DESTDIR)$(PREFIX)/bin/
	install -d $(DESTDIR)$(PREFIX)/lib/systemd/system $(DESTDIR)$(PREFIX)/lib/sysusers.d $(DESTDIR)$(PREFIX)/lib/tmpfiles.d
	sed 's|/usr/bin/|$(PREFIX)/bin/|' systemd/geminid.service > $(DESTDIR)$(PREFIX)/lib/systemd/system/geminid.service
	chmod 644 $(DESTDIR)$(PREFIX)/lib/systemd/system/geminid.service
	install -m 644 systemd/geminid.socket $(DESTDIR)$(PREFIX)/lib/systemd/system/
	install -m 644 systemd/geminid.sysusers.conf $(DESTDIR)$(PREFIX)/lib/sysusers.d/geminid.conf
	install -m 644 systemd/geminid.tmpfiles.conf $(DESTDIR)$(PREFIX)/lib/tmpfiles.d/geminid.conf
	[ -e $(DESTDIR)/etc/geminid/geminid.yaml ] || install -m 640 packages/geminid.yaml $(DESTDIR)/etc/geminid/geminid.yaml
	install -d $(DESTDIR)$(PREFIX)/share/man/man1 $(DESTDIR)$(PREFIX)/share/bash-completion/completions \
	  $(DESTDIR)$(PREFIX)/share/zsh/vendor-completions $(DESTDIR)$(PREFIX)/share/fish/vendor_completions.d
	for p in geminid gchat; do \
	  $(BIN)/$$p man | gzip -9n > $(DESTDIR)$(PREFIX)/share/man/man1/$$p.1.gz && \
	  $(BIN)/$$p completion bash > $(DESTDIR)$(PREFIX)/share/bash-completion/completions/$$p && \
	  $(BIN)/$$p completion zsh > $(DESTDIR)$(PREFIX)/share/zsh/vendor-completions/_$$p && \
	  $(BIN)/$$p completion fish > $(DESTDIR)$(PREFIX)/share/fish/vendor_completions.d/$$p.fish || exit 1; done
	install -d $(DESTDIR)$(PREFIX)/share/doc/geminid/examples
	install -m 644 README.md CHANGELOG.md $(DESTDIR)$(PREFIX)/share/doc/geminid/
	install -m 644 LICENSE $(DESTDIR)$(PREFIX)/share/doc/geminid/copyright
	install -m 644 packages/geminid.yaml prometheus/geminid.rules.yml grafana/geminid.json systemd/journald.conf.d/geminid.conf \
	  $(wildcard docs/caddy/Caddyfile docs/caddy/nginx.conf) $(DESTDIR)$(PREFIX)/share/doc/geminid/examples/
	mv $(DESTDIR)$(PREFIX)/share/doc/geminid/examples/geminid.conf $(DESTDIR)$(PREFIX)/share/doc/geminid/examples/journald-geminid.conf

# stage is what every package is packed from.
.PHONY: stage
stage: build
	rm -rf $(STAGE) && umask 022 && $(MAKE) --no-print-directory install DESTDIR=$(STAGE) PREFIX=/usr >/dev/null
	find $(STAGE) -exec touch -h -d @$(SOURCE_DATE_EPOCH) {} +

PACK = STAGE='$(STAGE)' VERSION='$(PACKAGE_VERSION)' ARCH='$(ARCH)' $(NFPM) package

.PHONY: rpm
rpm: stage ## Pack an .rpm into dist/.
	$(PACK) -f packages/nfpm.yaml -p rpm -t $(DIST)/

# nfpm's own xz looks back less far than xz does and packs a third more; where
# dpkg-deb is, it packs what nfpm has put together.
DPKG_DEB := $(shell command -v dpkg-deb 2>/dev/null)

.PHONY: deb
deb: stage ## Pack a .deb into dist/.
	rm -rf $(DIST)/deb && mkdir -p $(DIST)/deb
	sed '$(if $(DPKG_DEB),s/compression: xz/compression: none/)' packages/nfpm.yaml > $(DIST)/deb/nfpm.yaml
	$(PACK) -f $(DIST)/deb/nfpm.yaml -p deb -t $(DIST)/deb/geminid.deb
ifdef DPKG_DEB
	dpkg-deb -R $(DIST)/deb/geminid.deb $(DIST)/deb/tree && find $(DIST)/deb/tree -exec touch -h -d @$(SOURCE_DATE_EPOCH) {} +
	dpkg-deb --root-owner-group -Zxz -z9 -b $(DIST)/deb/tree $(DIST)/deb/geminid.deb
endif
	mv $(DIST)/deb/geminid.deb '$(DIST)/geminid_$(PACKAGE_VERSION)_$(ARCH).deb' && rm -rf $(DIST)/deb

.PHONY: tarball
tarball: stage ## Pack the installed tree as dist/geminid-VERSION-linux-ARCH.tar.gz.
	tar --sort=name --owner=0 --group=0 --numeric-owner --mtime=@$(SOURCE_DATE_EPOCH) -C $(STAGE) -cf - etc usr \
	  | gzip -9n > $(DIST)/geminid-$(VERSION)-linux-$(ARCH).tar.gz

.PHONY: sbom
sbom: build ## List every module in each program as CycloneDX, dist/PROGRAM.cdx.json.
	mkdir -p $(DIST)
	for p in geminid gchat; do \
	  $(GOMOD_SBOM) bin -json -noserial -notimestamp -std -version '$(VERSION)' -output $(DIST)/$$p.cdx.json $(BIN)/$$p || exit 1; done

# The systems that gchat is for; its programs are called gchat-OS-ARCH.
GCHAT_TARGETS := linux/amd64 linux/arm64 darwin/amd64 darwin/arm64 windows/amd64 windows/arm64

.PHONY: gchat-all
gchat-all: ## Build gchat for Linux, macOS and Windows into dist/.
	mkdir -p $(DIST)
	for target in $(GCHAT_TARGETS); do \
	  export CGO_ENABLED=0 GOOS=$${target%/*} GOARCH=$${target#*/}; \
	  $(GO) build -trimpath -buildvcs=false -ldflags '$(LDFLAGS)' $(GCFLAGS) \
	    -o $(DIST)/gchat-$$GOOS-$$GOARCH$$([ $$GOOS != windows ] || echo .exe) ./cmd/gchat || exit 1; done

.PHONY: image
# The image has no time zones, so its programs carry them.
image: ## Build the OCI image FROM scratch with buildah and save it as dist/geminid-image.tar.
	$(MAKE) --no-print-directory build BIN=$(DIST)/image TAGS=timetzdata
	BIN=$(DIST)/image packages/image.sh '$(VERSION)' $(DIST)/geminid-image.tar

.PHONY: reproducible
reproducible: ## Build everything twice in two places and compare the bytes.
	cd e2e && $(GO) test -count=1 -v -timeout 15m -run '^TestReproducible' ./packages

# Each of these installs what it needs on Debian as root; elsewhere it says what
# is missing and is skipped.
.PHONY: e2e-exposure e2e-systemd e2e-deb e2e-proxies e2e-image
e2e-exposure: ## Hold the sandbox of the unit to an exposure of 1.5 of 10.
	cd e2e && $(GO) test -count=1 -v -run '^TestExposure' ./systemd
e2e-systemd: ## Boot systemd in a container and run the service there.
	cd e2e && $(GO) test -count=1 -v -timeout 15m -run '^Test(Exposure|Service|Syscalls)' ./systemd
e2e-deb: ## Install, upgrade and purge the .deb in a clean Debian, and follow the READMEs there.
	cd e2e && $(GO) test -count=1 -v -timeout 15m -run '^Test(Package|Readme)' ./systemd
e2e-proxies: ## Put Debian's Caddy and nginx before the server.
	cd e2e && $(GO) test -count=1 -v -timeout 10m ./proxies
e2e-image: ## Build the image and run it.
	cd e2e && $(GO) test -count=1 -v -timeout 10m -run '^TestImage' ./packages
