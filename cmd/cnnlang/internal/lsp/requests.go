package lsp

import (
	"context"
	"encoding/json"
	"fmt"

	"cnnlang/interp/editor"
)

// requests are the methods that have an answer.
var requests map[string]func(s *server, ctx context.Context, params json.RawMessage) (any, error)

func init() { // they reach this table
	requests = map[string]func(*server, context.Context, json.RawMessage) (any, error){
		"initialize": typed((*server).initialize),
		"shutdown": func(s *server, _ context.Context, _ json.RawMessage) (any, error) {
			s.wait.Wait() // what was asked before is answered first
			s.mutex.Lock()
			defer s.mutex.Unlock()
			s.down = true
			return nil, nil
		},
		"textDocument/hover":                typed((*server).hover),
		"textDocument/inlayHint":            typed((*server).hints),
		"textDocument/completion":           typed((*server).complete),
		"textDocument/signatureHelp":        typed((*server).signature),
		"textDocument/definition":           typed((*server).definition),
		"textDocument/references":           typed((*server).references),
		"textDocument/documentHighlight":    typed((*server).highlight),
		"textDocument/prepareRename":        typed((*server).prepareRename),
		"textDocument/rename":               typed((*server).rename),
		"textDocument/documentSymbol":       typed((*server).symbols),
		"workspace/symbol":                  typed((*server).allSymbols),
		"textDocument/foldingRange":         typed((*server).folds),
		"textDocument/semanticTokens/full":  typed((*server).tokens),
		"textDocument/semanticTokens/range": typed((*server).tokensIn),
		"textDocument/formatting":           typed((*server).format),
		"textDocument/rangeFormatting":      typed((*server).formatRange),
		"textDocument/codeAction":           typed((*server).actions),
		"textDocument/codeLens":             typed((*server).lenses),
		"workspace/executeCommand":          typed((*server).execute),
	}
}

// typed is a method with its parameters read.
func typed[P any](f func(*server, context.Context, P) (any, error)) func(*server, context.Context, json.RawMessage) (any, error) {
	return func(s *server, ctx context.Context, raw json.RawMessage) (any, error) {
		var p P
		if err := json.Unmarshal(raw, &p); err != nil {
			return nil, fmt.Errorf("the parameters are not as the protocol has them: %w", err)
		}
		return f(s, ctx, p)
	}
}

// initialization is what a client says of itself, as far as it matters.
type initialization struct {
	RootURI      string            `json:"rootUri"`
	Folders      []workspaceFolder `json:"workspaceFolders"`
	Capabilities struct {
		Workspace struct {
			Edit struct {
				Versions bool `json:"documentChanges"`
			} `json:"workspaceEdit"`
			Watched struct {
				Dynamic bool `json:"dynamicRegistration"`
			} `json:"didChangeWatchedFiles"`
			InlayHint struct {
				Refresh bool `json:"refreshSupport"`
			} `json:"inlayHint"`
			CodeLens struct {
				Refresh bool `json:"refreshSupport"`
			} `json:"codeLens"`
		} `json:"workspace"`
	} `json:"capabilities"`
}

func (s *server) initialize(_ context.Context, p initialization) (any, error) {
	s.mutex.Lock()
	defer s.mutex.Unlock()
	s.initialized = true
	s.versions, s.watches = p.Capabilities.Workspace.Edit.Versions, p.Capabilities.Workspace.Watched.Dynamic
	if p.Folders == nil && p.RootURI != "" {
		p.Folders = []workspaceFolder{{p.RootURI}}
	}
	s.folders.change(p.Folders, nil)
	go editor.Prepare()
	for method, wanted := range map[string]bool{
		"workspace/inlayHint/refresh": p.Capabilities.Workspace.InlayHint.Refresh,
		"workspace/codeLens/refresh":  p.Capabilities.Workspace.CodeLens.Refresh,
	} {
		if wanted {
			s.refresh.want(method)
		}
	}
	return map[string]any{
		"serverInfo": map[string]any{"name": "cnnlang", "version": s.version},
		"capabilities": map[string]any{
			"positionEncoding":          "utf-16",
			"textDocumentSync":          map[string]any{"openClose": true, "change": 2},
			"workspace":                 map[string]any{"workspaceFolders": map[string]any{"supported": true, "changeNotifications": true}},
			"hoverProvider":             true,
			"inlayHintProvider":         true,
			"completionProvider":        map[string]any{"triggerCharacters": []string{"@", ".", "(", "\"", "/"}},
			"signatureHelpProvider":     map[string]any{"triggerCharacters": []string{"(", ","}},
			"definitionProvider":        true,
			"referencesProvider":        true,
			"documentHighlightProvider": true,
			"renameProvider":            map[string]any{"prepareProvider": true},
			"documentSymbolProvider":    true,
			"workspaceSymbolProvider":   true,
			"foldingRangeProvider":      true,
			"semanticTokensProvider": map[string]any{
				"legend": map[string]any{"tokenTypes": editor.TokenKinds, "tokenModifiers": []string{"declaration", "defaultLibrary"}},
				"full":   true, "range": true,
			},
			"documentFormattingProvider":      true,
			"documentRangeFormattingProvider": true,
			"codeActionProvider":              map[string]any{"codeActionKinds": []string{"quickfix", "source.fixAll"}},
			"codeLensProvider":                map[string]any{},
			"executeCommandProvider":          map[string]any{"commands": []string{chooseCommand, pageCommand}},
		},
	}, nil
}

// watch has a client that can tell when files change.
func (s *server) watch() {
	s.mutex.Lock()
	defer s.mutex.Unlock()
	if !s.watches {
		return
	}
	s.watches = false
	s.conn.DispatchCall(context.Background(), "client/registerCapability", map[string]any{"registrations": []any{map[string]any{
		"id": "files", "method": "workspace/didChangeWatchedFiles",
		"registerOptions": map[string]any{"watchers": []any{map[string]any{"globPattern": "**/*.cnn"}}},
	}}})
}
