import * as pdfjs from "pdfjs-dist/legacy/build/pdf.mjs";
import worker from "pdfjs-dist/legacy/build/pdf.worker.min.mjs?url";
import type { PDFDocumentProxy } from "pdfjs-dist";
import { useEffect, useState } from "react";

pdfjs.GlobalWorkerOptions.workerSrc = worker;
const DATA = `${location.origin}/assets/pdf`;

export { pdfjs };

interface Opened {
  pdf: PDFDocumentProxy | undefined;
  error: Error | undefined;
}

/** Opens a PDF by ranges: a large file shows its page before it is loaded. */
export function usePdf(url: string): Opened {
  const [opened, setOpened] = useState<Opened & { url: string }>();
  useEffect(() => {
    const task = pdfjs.getDocument({
      url,
      cMapUrl: `${DATA}/cmaps/`,
      cMapPacked: true,
      standardFontDataUrl: `${DATA}/standard_fonts/`,
      wasmUrl: `${DATA}/wasm/`,
      iccUrl: `${DATA}/iccs/`,
      isEvalSupported: false,
      disableAutoFetch: true,
    });
    let left = false;
    task.promise.then(
      (pdf) => !left && setOpened({ url, pdf, error: undefined }),
      (error: unknown) => !left && setOpened({ url, pdf: undefined, error: error as Error }),
    );
    return () => {
      left = true;
      void task.destroy();
    };
  }, [url]);
  return opened?.url === url ? opened : { pdf: undefined, error: undefined };
}
