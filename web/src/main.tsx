import { QueryClientProvider } from "@tanstack/react-query";
import { RouterProvider } from "@tanstack/react-router";
import { StrictMode } from "react";
import { createRoot } from "react-dom/client";
import { queries, queryClient } from "@/api/queries";
import { router } from "@/app/router";
import "@/i18n";
import { whenSignedOut } from "@/lib/http";
import { applyTheme } from "@/lib/theme";
import "./styles.css";

applyTheme();
whenSignedOut(() => queryClient.setQueryData(queries.me.queryKey, null));

const page = document.getElementById("page");
if (page) {
  createRoot(page).render(
    <StrictMode>
      <QueryClientProvider client={queryClient}>
        <RouterProvider router={router} />
      </QueryClientProvider>
    </StrictMode>,
  );
}
