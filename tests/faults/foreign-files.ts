/** Files in formats that run code, leave their folder or pretend to be another; each would touch `canary` when it could. */
import { crc32, deflateRawSync, gzipSync } from "node:zlib";

export function foreignFiles(canary: string, sound: Uint8Array): Record<string, Uint8Array> {
  const pickle = Buffer.from(`cos\nsystem\n(S'touch ${canary}'\ntR.`);
  const pickle4 = Buffer.concat([
    Buffer.from("80049500000000000000008c05706f736978948c0673797374656d9493948c", "hex"),
    Buffer.from([`touch ${canary}`.length]),
    Buffer.from(`touch ${canary}`),
    Buffer.from("948594529429", "hex"),
    Buffer.from("2e"),
  ]);
  const lambda = JSON.stringify({
    class_name: "Lambda",
    config: { function: ["4wEAAAA=", null, null], module: "os" },
  });
  const files: Record<string, Uint8Array> = {
    "pickle, protocol 0": pickle,
    "pickle, protocol 4": pickle4,
    "joblib, gzip": gzipSync(pickle4),
    "joblib, zlib": Buffer.concat([Buffer.from([0x78, 0x9c]), deflateRawSync(pickle4)]),
    "PyTorch, zip": zip({ "archive/data.pkl": pickle4, "archive/version": Buffer.from("3\n") }),
    "PyTorch, legacy": Buffer.concat([Buffer.from("80028a0a6cfc9c46f9206aa850192e", "hex"), pickle4]),
    TorchScript: zip({ "model/code/__torch__.py": Buffer.from(`import os; os.system("touch ${canary}")`) }),
    "Keras 3, zip": zip({ "config.json": Buffer.from(lambda), "model.weights.h5": hdf5() }),
    "Keras, HDF5": Buffer.concat([hdf5(), Buffer.from(lambda)]),
    "NumPy of objects": Buffer.concat([
      Buffer.from(
        "\x93NUMPY\x01\x00\x46\x00{'descr': '|O', 'fortran_order': False, 'shape': (1,)}".padEnd(80),
        "latin1",
      ),
      pickle4,
    ]),
    "zip-slip": zip({ "../../../../canary": pickle, [canary]: pickle, "..\\..\\canary": pickle }),
    "zip bomb": zip({ zeros: Buffer.alloc(20_000_000) }),
    "tar with links": tar([
      { name: "link", type: "2", target: canary },
      { name: "link/x", type: "0", target: "" },
      { name: "hard", type: "1", target: "/etc/passwd" },
    ]),
    "tar that climbs": tar([{ name: `../../../..${canary}`, type: "0", target: "" }]),
    safetensors: Buffer.concat([Buffer.from([16, 0, 0, 0, 0, 0, 0, 0]), Buffer.from('{"__metadata__":{')]),
    "safetensors, huge header": Buffer.alloc(64, 0xff),
    GGUF: Buffer.concat([Buffer.from("GGUF"), Buffer.alloc(64, 0xff)]),
    TFLite: Buffer.concat([Buffer.from([0x1c, 0, 0, 0]), Buffer.from("TFL3"), Buffer.alloc(64)]),
    "TensorFlow graph": Buffer.concat([Buffer.from([0x0a, 11, 0x12, 9]), Buffer.from("WriteFile")]),
    PMML: Buffer.from(
      `<?xml version="1.0"?><!DOCTYPE x [<!ENTITY e SYSTEM "file://${canary}">]><PMML>&e;</PMML>`,
    ),
    "XML bomb": Buffer.from('<!DOCTYPE l [<!ENTITY a "ha"><!ENTITY b "&a;&a;&a;&a;&a;&a;">]><l>&b;</l>'),
    YAML: Buffer.from(`!!python/object/apply:os.system ["touch ${canary}"]`),
    "R data": Buffer.concat([Buffer.from("RDX3\nX\n"), Buffer.alloc(32)]),
    "Java objects": Buffer.from("aced0005737200116a6176612e7574696c2e48617368", "hex"),
    "shell script": Buffer.from(`#!/bin/sh\ntouch ${canary}\n`),
    JavaScript: Buffer.from(`require("node:fs").writeFileSync(${JSON.stringify(canary)}, "")`),
    ELF: Buffer.concat([Buffer.from("7f454c46020101", "hex"), Buffer.alloc(64)]),
    WebAssembly: Buffer.from("0061736d01000000", "hex"),
    PDF: Buffer.from("%PDF-1.7\n1 0 obj<</OpenAction<</S/Launch/F(calc)>>>>endobj"),
    PostScript: Buffer.from(`%!PS\n(${canary}) (w) file closefile`),
    Parquet: Buffer.concat([Buffer.from("PAR1"), Buffer.alloc(32), Buffer.from("PAR1")]),
    Arrow: Buffer.concat([Buffer.from("ARROW1\0\0"), Buffer.alloc(32)]),
    SQLite: Buffer.concat([Buffer.from("SQLite format 3\0"), Buffer.alloc(84)]),
    Excel: zip({ "xl/workbook.xml": Buffer.from("<workbook/>") }),
  };
  // One file that is two: a sound model with another format before or after it.
  const polyglots = Object.entries(files).flatMap(([name, bytes]): [string, Uint8Array][] => [
    [`${name} before a model`, Buffer.concat([bytes, sound])],
    [`${name} after a model`, Buffer.concat([sound, bytes])],
    [`${name} in gzip`, gzipSync(bytes)],
    [`${name} after a byte order mark`, Buffer.concat([Buffer.from("efbbbf", "hex"), bytes])],
    [`${name} in Base64`, Buffer.from(Buffer.from(bytes.subarray(0, 10_000)).toString("base64"))],
  ]);
  return { ...files, ...Object.fromEntries(polyglots) };
}

function hdf5(): Buffer {
  return Buffer.concat([Buffer.from("894844460d0a1a0a", "hex"), Buffer.alloc(64)]);
}

/** A zip archive as PKWARE's APPNOTE has it: local headers, central directory, end. */
function zip(files: Record<string, Uint8Array>): Buffer {
  const locals: Buffer[] = [];
  const central: Buffer[] = [];
  let offset = 0;
  for (const [name, bytes] of Object.entries(files)) {
    const packed = deflateRawSync(bytes);
    const common = Buffer.alloc(26);
    common.writeUInt16LE(20, 0);
    common.writeUInt16LE(8, 4);
    common.writeUInt32LE(crc32(bytes), 10);
    common.writeUInt32LE(packed.length, 14);
    common.writeUInt32LE(bytes.length, 18);
    common.writeUInt16LE(Buffer.byteLength(name), 22);
    const local = Buffer.concat([Buffer.from("PK\x03\x04"), common, Buffer.from(name), packed]);
    const place = Buffer.alloc(14);
    place.writeUInt32LE(offset, 10);
    central.push(Buffer.concat([Buffer.from("PK\x01\x02\x14\x00"), common, place, Buffer.from(name)]));
    locals.push(local);
    offset += local.length;
  }
  const directory = Buffer.concat(central);
  const end = Buffer.alloc(18);
  end.writeUInt16LE(locals.length, 4);
  end.writeUInt16LE(locals.length, 6);
  end.writeUInt32LE(directory.length, 8);
  end.writeUInt32LE(offset, 12);
  return Buffer.concat([...locals, directory, Buffer.from("PK\x05\x06"), end]);
}

/** Headers of a ustar archive without contents. */
function tar(entries: readonly { name: string; type: string; target: string }[]): Buffer {
  const blocks = entries.map(({ name, type, target }) => {
    const block = Buffer.alloc(512);
    block.write(name.slice(0, 100), 0);
    block.write("0000777\0", 100);
    block.write("00000000000\0", 124);
    block.write(`        ${type}${target.slice(0, 100)}`, 148);
    block.write("ustar\x0000", 257);
    const sum = block.reduce((total, byte) => total + byte, 0);
    block.write(`${sum.toString(8).padStart(6, "0")}\0 `, 148);
    return block;
  });
  return Buffer.concat([...blocks, Buffer.alloc(1_024)]);
}
