// Speaks to the playground's control API, of Slack and through the same address of OpenAI.

const token = new URLSearchParams(location.search).get("token") || "";

async function ask(method, path, { query, body, signal } = {}) {
  const asked = query ? `?${new URLSearchParams(Object.entries(query).filter(([, value]) => value !== null && value !== undefined))}` : "";
  const answer = await fetch(path + asked, {
    method,
    signal,
    headers: { "X-Playground-Token": token, ...(body ? { "Content-Type": "application/json" } : {}) },
    body: body ? JSON.stringify(body) : undefined,
  });
  const told = await answer.json();
  if (!answer.ok) throw new Error(told.error?.message || told.error || `status ${answer.status}`);
  return told;
}

/** Look at something: see, views, home, people, channels, app, log. */
export const look = (name, query, signal) => ask("GET", `/control/${name}`, { query, signal });

/** Set something of the Slack world. */
export const set = (name, body, method = "POST") => ask(method, `/control/${name}`, { body });

/** Act as a person. */
export const act = (name, body) => ask("POST", `/control/act/${name}`, { body });

/** Ask the control API of the OpenAI stand-in. */
export const openai = (method, name, body, query) => ask(method, `/openai-control/${name}`, { body, query });

const fetched = new Map();
/** An address, within this page, of the bytes of a file as a person sees it; throws when there is none. */
export function fileAddress(user, id) {
  const key = `${user} ${id}`;
  if (!fetched.has(key)) {
    const query = new URLSearchParams({ user, id });
    const coming = fetch(`/control/file?${query}`, { headers: { "X-Playground-Token": token } }).then(async (answer) => {
      if (!answer.ok) throw new Error("there is no such file");
      return URL.createObjectURL(await answer.blob());
    });
    coming.catch(() => fetched.delete(key));
    fetched.set(key, coming);
  }
  return fetched.get(key);
}

/** Upload a file as a person; its id. */
export async function upload(user, file) {
  const bytes = new Uint8Array(await file.arrayBuffer());
  let text = "";
  for (let at = 0; at < bytes.length; at += 32768) text += String.fromCharCode(...bytes.subarray(at, at + 32768));
  return (await act("upload", { user, name: file.name, content_base64: btoa(text) })).file;
}
