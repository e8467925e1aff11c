-- What a user does in Neovim, without a screen: CNNLANG is the program, FILE the text, RESULT where to say how it went.
local said = {}
local function say(what, value) said[#said + 1] = { what, value } end
local function finish()
  local f = assert(io.open(vim.env.RESULT, "w"))
  f:write(vim.fn.json_encode(said))
  f:close()
  vim.cmd("qa!")
end

local function main()
  vim.cmd("edit " .. vim.env.FILE)
  local client = vim.lsp.start_client({ name = "cnnlang", cmd = { vim.env.CNNLANG, "lsp" }, root_dir = vim.fn.fnamemodify(vim.env.FILE, ":h") })
  assert(client, "no client")
  vim.lsp.buf_attach_client(0, client)
  local function wait(what, f) if not vim.wait(20000, f, 20) then error("waited in vain for " .. what) end end
  wait("the server", function() local c = vim.lsp.get_client_by_id(client) return c and c.initialized end)
  local function problems() return vim.diagnostic.get(0) end
  local function ask(method, params)
    local answers = assert(vim.lsp.buf_request_sync(0, method, params, 20000))
    local answer = assert(answers[client], method .. ": no answer")
    assert(not answer.err, method .. ": " .. vim.inspect(answer.err))
    return answer.result
  end
  local document = { uri = vim.uri_from_bufnr(0) }

  -- open: shapes behind lines
  local hints = ask("textDocument/inlayHint", { textDocument = document, range = { start = { line = 0, character = 0 }, ["end"] = { line = 99, character = 0 } } })
  local labels = {}
  for _, h in ipairs(hints) do labels[#labels + 1] = h.position.line .. " " .. h.label end
  say("hints", table.concat(labels, "; "))
  say("problems", #problems())

  -- type a mistake: it appears
  vim.api.nvim_buf_set_lines(0, 1, 2, false, { "  conv(16, 3x3, pad=1) -> rleu" })
  wait("a problem", function() return #problems() > 0 end)
  say("problem", problems()[1].message:gsub("\n.*", ""))

  -- its repair
  local actions = ask("textDocument/codeAction", { textDocument = document, range = { start = { line = 1, character = 0 }, ["end"] = { line = 1, character = 40 } }, context = { diagnostics = {} } })
  say("action", actions[1].title)
  vim.lsp.util.apply_workspace_edit(actions[1].edit, "utf-16")
  wait("no problem", function() return #problems() == 0 end)
  say("line", vim.api.nvim_buf_get_lines(0, 1, 2, false)[1])

  -- rename a label
  vim.lsp.util.apply_workspace_edit(ask("textDocument/rename", { textDocument = document, position = { line = 2, character = 3 }, newName = "head" }), "utf-16")
  say("renamed", vim.api.nvim_buf_get_lines(0, 2, 3, false)[1])

  -- format
  vim.api.nvim_buf_set_lines(0, 1, 2, false, { "      conv(16,3x3,pad=1)->relu" })
  vim.lsp.util.apply_text_edits(ask("textDocument/formatting", { textDocument = document, options = { tabSize = 2, insertSpaces = true } }), 0, "utf-16")
  say("formatted", vim.api.nvim_buf_get_lines(0, 1, 2, false)[1])

  -- ask what a name means
  say("hover", ask("textDocument/hover", { textDocument = document, position = { line = 1, character = 3 } }).contents.value:match("conv[^\n]*"))
  vim.lsp.stop_client(client)
  wait("the end", function() return vim.lsp.client_is_stopped(client) end)
  say("stopped", true)
end

local ok, err = pcall(main)
if not ok then say("error", err) end
finish()
