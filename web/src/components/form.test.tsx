import { render, screen } from "@testing-library/react";
import userEvent from "@testing-library/user-event";
import { expect, test, vi } from "vitest";
import "@/i18n";
import { Buttons, Form } from "./form";

test("a form is sent by the page, and left without being sent", async () => {
  const send = vi.fn();
  const leave = vi.fn();
  render(
    <Form onSubmit={send}>
      <Buttons action="Send it" disabled={false} onCancel={leave} />
    </Form>,
  );
  await userEvent.click(screen.getByRole("button", { name: "Send it" }));
  expect(send).toHaveBeenCalledOnce();
  await userEvent.click(screen.getByRole("button", { name: "Cancel" }));
  expect(leave).toHaveBeenCalledOnce();
  expect(send).toHaveBeenCalledOnce();
});

test("what is not ready is not sent, and may be left under another name", async () => {
  const send = vi.fn();
  render(
    <Form onSubmit={send}>
      <Buttons danger action="Remove" disabled onCancel={send} cancel="Not now" />
    </Form>,
  );
  expect(screen.getByRole("button", { name: "Not now" })).toBeTruthy();
  await userEvent.click(screen.getByRole("button", { name: "Remove" }));
  expect(send).not.toHaveBeenCalled();
});
