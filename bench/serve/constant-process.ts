/** The least that an HTTP answer can be: a bare Fastify route that returns the text of its argument. Writes its port. */
import fastify from "fastify";

const body = process.argv[2] as string;
const app = fastify();
app.get("/", (_request, reply) => reply.type("application/json; charset=utf-8").send(body));
const url = await app.listen({ port: 0, host: "127.0.0.1" });
process.stdout.write(`${new URL(url).port}\n`);
