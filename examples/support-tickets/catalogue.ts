import type { Template } from './conversation.ts'
import { ACCOUNTS } from './templates/accounts.ts'
import { BILLING } from './templates/billing.ts'
import { DEVELOPERS } from './templates/developers.ts'
import { DEVICES } from './templates/devices.ts'
import { ORDERS } from './templates/orders.ts'
import { PRIVACY } from './templates/privacy.ts'
import { REFUNDS } from './templates/refunds.ts'
import { SHIPPING } from './templates/shipping.ts'
import { SHOPS } from './templates/shops.ts'
import { SUBSCRIPTIONS } from './templates/subscriptions.ts'
import { TRAVEL } from './templates/travel.ts'
import { WARRANTY } from './templates/warranty.ts'

/** Every template, by theme. */
export const CATALOGUE: readonly Template[] = [
  ...ORDERS,
  ...SHIPPING,
  ...BILLING,
  ...REFUNDS,
  ...ACCOUNTS,
  ...DEVICES,
  ...SUBSCRIPTIONS,
  ...TRAVEL,
  ...DEVELOPERS,
  ...PRIVACY,
  ...WARRANTY,
  ...SHOPS,
]
